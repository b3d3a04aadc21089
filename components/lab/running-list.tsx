"use client";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
import { useRef, useState } from "react";
import { api } from "#components/api.ts";
import { Age } from "#components/layout/age.tsx";
import { StateMark } from "#components/run/state-mark.tsx";
import type { LabUsage, LabView, RunningThing } from "#lib/domain/lab.ts";
import type { RunState } from "#lib/domain/run.ts";
import { formatBytes, formatDuration } from "#lib/format.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { StopDialog } from "./stop-dialog.tsx";
import { useNow } from "./use-now.ts";

const words = t.lab.running;

/** Everything of mine that runs, looked at again every few seconds. */
export function RunningList({ initial }: { initial: readonly RunningThing[] }) {
  const { data: things = initial } = useQuery({
    queryKey: ["running"],
    queryFn: async ({ signal }): Promise<readonly RunningThing[]> => {
      const answer = await api<{ items: readonly RunningThing[] }>("GET", routes.api.sessions(), undefined, signal);
      if (!answer.ok) throw new Error(answer.problem.detail);
      return answer.value.items;
    },
    initialData: initial,
    refetchInterval: 4000,
  });
  const labs = things.flatMap((thing) => (thing.kind === "lab" ? [thing.lab] : []));
  const runs = things.flatMap((thing) => (thing.kind === "run" ? [thing] : []));
  if (things.length === 0) return <Empty />;
  return (
    <div className="flex flex-col gap-8">
      {labs.length > 0 && (
        <section aria-labelledby="labs">
          <h2 id="labs" className="mb-2 text-xl">
            {words.labs}
          </h2>
          <ul className="rows">
            {labs.map((lab) => (
              <LabRow key={lab.id} lab={lab} />
            ))}
          </ul>
        </section>
      )}
      {runs.length > 0 && (
        <section aria-labelledby="runs">
          <h2 id="runs" className="mb-2 text-xl">
            {words.runs}
          </h2>
          <ul className="rows">
            {runs.map((run) => (
              <li key={run.id} className="grid gap-x-6 gap-y-2 py-3 md:grid-cols-[minmax(0,1fr)_16rem_auto] md:items-center">
                <Link className="link min-w-0 font-medium" href={run.url}>
                  {run.title}
                </Link>
                {run.usage ? <Usage usage={run.usage} /> : <span />}
                <span className="flex items-baseline gap-4">
                  <StateMark state={run.state as RunState} />
                  <Age at={run.queuedAt} />
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

function Empty() {
  return (
    <div className="max-w-prose">
      <h2 className="text-xl">{words.emptyTitle}</h2>
      <p className="mt-2 mb-4 text-soft">{words.empty}</p>
      <Link className="button" href={routes.projects()}>
        {words.toProjects}
      </Link>
    </div>
  );
}

function LabRow({ lab }: { lab: LabView }) {
  const queries = useQueryClient();
  const [isAsking, setAsking] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const now = useNow(1000);
  const title = lab.project?.title ?? words.home;
  async function ask(work: () => ReturnType<typeof api>): Promise<void> {
    const answer = await work();
    setProblem(answer.ok ? null : answer.problem.detail);
    await queries.invalidateQueries({ queryKey: ["running"] });
  }
  const canStop = lab.state !== "stopping";
  return (
    <li className="grid gap-x-6 gap-y-2 py-3 md:grid-cols-[minmax(0,1fr)_16rem_auto] md:items-center">
      <div className="min-w-0">
        <p className="font-medium">
          <a className="link" href={lab.url}>
            {title}
          </a>
        </p>
        <p className="text-soft">
          {t.lab.states[lab.state]}
          {lab.busy && ` · ${lab.busy === "kernel" ? t.lab.busyKernel : t.lab.busyTerminal}`}
          {" · "}
          <Age at={lab.startedAt} />
          {lab.stopsAt && <span className="text-changed tabular-nums"> · {t.lab.stopsIn(formatDuration(Math.max(0, Date.parse(lab.stopsAt) - now)))}</span>}
        </p>
        <p role="alert" className="text-wrong">
          {problem}
        </p>
      </div>
      <Usage usage={lab.usage} />
      <div className="flex gap-2">
        {lab.stopsAt && (
          <button type="button" className="button button-small" onClick={() => void ask(() => keepLab(lab.id))}>
            {t.lab.keepOpen}
          </button>
        )}
        <button type="button" className="button button-small" disabled={!canStop} onClick={() => setAsking(true)}>
          {canStop ? t.lab.stop : t.lab.stopping}
          <span className="sr-only"> {title}</span>
        </button>
      </div>
      {isAsking && (
        <StopDialog
          title={words.stopTitle(title)}
          busy={lab.busy}
          unsaved={0}
          onStop={() => void ask(() => api("DELETE", routes.api.session(lab.id)))}
          onClose={() => setAsking(false)}
        />
      )}
    </li>
  );
}

function keepLab(id: string): ReturnType<typeof api> {
  return api("POST", routes.api.sessionKeep(id), {});
}

function Usage({ usage }: { usage: LabUsage | null }) {
  const share = useShare(usage);
  if (!usage) return <p className="hint">{words.notMeasured}</p>;
  const memory = t.lab.memory(formatBytes(usage.memoryBytes), formatBytes(usage.limitBytes));
  return (
    <div className="flex flex-col gap-1 text-xs text-soft tabular-nums">
      <span className="flex items-center gap-2">
        <meter className="home-meter max-w-20" min={0} max={usage.limitBytes} value={usage.memoryBytes} aria-label={memory} />
        {memory}
      </span>
      {share !== null && (
        <span className="flex items-center gap-2">
          <meter className="home-meter max-w-20" min={0} max={usage.cpus} value={share} aria-label={words.cpu} />
          {words.cpuOf(`${Math.round(share * 100)} %`, usage.cpus)}
        </span>
      )}
    </div>
  );
}

/** How many processors' worth was used between the last two looks; null before the second. */
function useShare(usage: LabUsage | null): number | null {
  const last = useRef<{ seconds: number; at: number; share: number | null } | null>(null);
  if (usage === null) return null;
  const now = Date.now();
  if (last.current === null) last.current = { seconds: usage.cpuSeconds, at: now, share: null };
  else if (usage.cpuSeconds !== last.current.seconds || now - last.current.at > 12_000) {
    const share = Math.max(0, (usage.cpuSeconds - last.current.seconds) / Math.max(0.5, (now - last.current.at) / 1000));
    last.current = { seconds: usage.cpuSeconds, at: now, share };
  }
  return last.current.share;
}
