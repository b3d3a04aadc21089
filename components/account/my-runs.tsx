"use client";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { Square } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { api } from "#components/api.ts";
import { Age } from "#components/layout/age.tsx";
import { StateMark } from "#components/run/state-mark.tsx";
import { isFinal } from "#lib/domain/run.ts";
import type { Page, RunCard } from "#lib/domain/worksheet.ts";
import { formatBytes } from "#lib/format.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";

/** One list of everything of mine: what runs now on top, with the button that stops it. It keeps itself fresh while something runs. */
export function MyRuns({ first }: { first: Page<RunCard> }) {
  const runs = useInfiniteQuery({
    queryKey: ["my-runs"],
    queryFn: async ({ pageParam, signal }) => {
      const answer = await api<Page<RunCard>>("GET", `/api/v1/runs${pageParam ? `?cursor=${encodeURIComponent(pageParam)}` : ""}`, undefined, signal);
      if (!answer.ok) throw new Error(answer.problem.detail);
      return answer.value;
    },
    initialPageParam: "",
    initialData: { pages: [first], pageParams: [""] },
    getNextPageParam: (page) => page.next ?? undefined,
    refetchInterval: (query) => (query.state.data?.pages.some((page) => page.items.some((run) => !isFinal(run.state))) ? 2000 : false),
  });
  const all = runs.data.pages.flatMap((page) => page.items);
  const running = all.filter((run) => !isFinal(run.state));
  const over = all.filter((run) => isFinal(run.state));
  return (
    <>
      <section aria-labelledby="running" className="mb-10">
        <h2 id="running" className="mb-2 text-xl">
          {t.me.running}
        </h2>
        {running.length === 0 ? <p className="text-soft">{t.me.nothingRunning}</p> : <List runs={running} />}
      </section>
      <section aria-labelledby="runs">
        <h2 id="runs" className="mb-2 text-xl">
          {t.me.runs}
        </h2>
        {over.length === 0 && running.length === 0 ? <Nothing /> : <List runs={over} />}
        {runs.isError && <p className="notice notice-wrong mt-3">{t.me.failed}</p>}
        {runs.hasNextPage && (
          <button type="button" className="button mt-4" onClick={() => void runs.fetchNextPage()}>
            {t.me.more}
          </button>
        )}
      </section>
    </>
  );
}

function Nothing() {
  return (
    <div className="border-t border-line py-5">
      <p className="max-w-xl font-serif text-lg text-soft">{t.me.noRuns}</p>
      <Link className="button button-primary mt-4" href={routes.gallery()}>
        {t.me.begin}
      </Link>
    </div>
  );
}

function List({ runs }: { runs: readonly RunCard[] }) {
  return (
    <ul className="rows">
      {runs.map((run) => (
        <li key={run.id} className="flex flex-wrap items-baseline gap-x-4 gap-y-1 py-2.5">
          <span className="w-28 shrink-0">
            <StateMark state={run.state} />
          </span>
          <div className="min-w-0 grow basis-64">
            <Link className="font-serif text-base font-semibold hover:text-accent" href={routes.run(run.id)} prefetch={false}>
              {run.worksheet.title}
            </Link>
            <Changed run={run} />
            {run.files.length > 0 && <Files run={run} />}
          </div>
          <span className="text-soft">
            <Age at={run.finishedAt ?? run.queuedAt} />
          </span>
          {!isFinal(run.state) && <StopButton run={run} />}
        </li>
      ))}
    </ul>
  );
}

function Changed({ run }: { run: RunCard }) {
  const words = run.changed.map((name) => `${name} = ${short(run.values[name])}`).join(", ");
  return <p className="truncate text-soft">{words || t.record.defaults}</p>;
}

function short(value: RunCard["values"][string] | undefined): string {
  const text = value === null || value === undefined ? "–" : typeof value === "object" && "upload" in value ? value.name : String(value);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

function Files({ run }: { run: RunCard }) {
  return (
    <p className="hint flex flex-wrap gap-x-3">
      <span>{t.me.files}:</span>
      {run.files.slice(0, 6).map((file) => (
        <a key={file.path} className="link" href={routes.runFile(run.id, file.path)} download>
          {file.path} <span className="text-soft">{formatBytes(file.bytes)}</span>
        </a>
      ))}
    </p>
  );
}

function StopButton({ run }: { run: RunCard }) {
  const [sending, setSending] = useState(false);
  const client = useQueryClient();
  const stop = async () => {
    setSending(true);
    await api("DELETE", routes.api.run(run.id));
    await client.invalidateQueries({ queryKey: ["my-runs"] });
    void client.invalidateQueries({ queryKey: ["me"] });
  };
  return (
    <button type="button" className="button button-small" disabled={sending} aria-label={t.me.stop(run.worksheet.title)} onClick={() => void stop()}>
      <Square size={11} fill="currentColor" aria-hidden />
      {sending ? t.worksheet.stopping : t.worksheet.stop}
    </button>
  );
}
