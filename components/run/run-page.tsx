"use client";
import { Download, Printer, SlidersHorizontal, Square } from "lucide-react";
import Link from "next/link";
import { Age } from "#components/layout/age.tsx";
import { Results } from "#components/worksheet/results.tsx";
import { RunStatus } from "#components/worksheet/run-status.tsx";
import { useRun } from "#components/worksheet/use-run.ts";
import { withoutTitle } from "#components/worksheet/without-title.ts";
import type { Parameter } from "#lib/domain/parameter.ts";
import { isFinal } from "#lib/domain/run.ts";
import type { DisplayCell, RunView } from "#lib/domain/worksheet.ts";
import { draftFromValues, queryFromDraft } from "#lib/form/draft.ts";
import { formatInstant } from "#lib/format.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { Citation } from "./citation.tsx";
import { RunFiles } from "./run-files.tsx";
import { RunRecordView } from "./run-record.tsx";
import { ShareButton } from "./share-button.tsx";
import { StateMark } from "./state-mark.tsx";
import { useNamedRecord } from "./use-named-record.ts";

type Props = { run: RunView; cells: readonly DisplayCell[]; parameters: readonly Parameter[]; url: string };

/** A run for ever; while it goes on, as it goes on. Printed, it is a report with its record at the end. */
export function RunPage({ run: initial, cells, parameters, url }: Props) {
  const { session, stop } = useRun(initial.worksheet.id, initial);
  const run = session.run ?? initial;
  const busy = session.state !== "none" && session.state !== "sending" && !isFinal(session.state);
  const record = useNamedRecord(run);
  const query = queryFromDraft(parameters, draftFromValues(run.values));
  return (
    <article className="page">
      <header className="pt-8 pb-6">
        <p className="eyebrow">
          {t.run.eyebrow} <code className="font-mono">{run.id}</code>
        </p>
        <h1 className="mt-1 max-w-3xl text-2xl">{run.worksheet.title}</h1>
        <p className="mt-2 flex flex-wrap items-center gap-x-3 text-soft">
          <StateMark state={busy ? (session.state as RunView["state"]) : run.state} />
          {run.cachedFrom ? (
            <Age at={run.cachedFrom.finishedAt} prefix={t.worksheet.cachedPrefix} />
          ) : (
            run.finishedAt && <span>{formatInstant(run.finishedAt)}</span>
          )}
          {record?.who && <span>{record.who}</span>}
        </p>
        <div className="mt-4 flex flex-wrap gap-2 print:hidden">
          <Link className="button button-primary" href={`${routes.worksheet(run.worksheet.slug)}${query.size > 0 ? `?${query}` : ""}`}>
            <SlidersHorizontal size={15} aria-hidden />
            {t.run.rerun}
          </Link>
          <a className="button" href={routes.api.runNotebook(run.id)} title={t.worksheet.downloadNotebookTitle} download>
            <Download size={15} aria-hidden />
            {t.worksheet.downloadNotebook}
          </a>
          <button type="button" className="button" onClick={() => window.print()}>
            <Printer size={15} aria-hidden />
            {t.run.print}
          </button>
          {(run.owner === "you" || run.shared) && <ShareButton key={run.id} runId={run.id} shared={run.shared} mine={run.owner === "you"} large />}
        </div>
      </header>
      <div className="grid max-w-4xl gap-10">
        {busy && (
          <div className="max-w-md print:hidden">
            <p className="hint">{t.run.live}</p>
            <RunStatus session={session} busy={busy} usualDurationMs={null} problem={null}>
              <button type="button" className="button button-small" disabled={session.stopping} onClick={() => void stop()}>
                <Square size={11} fill="currentColor" aria-hidden />
                {session.stopping ? t.worksheet.stopping : t.worksheet.stop}
              </button>
            </RunStatus>
          </div>
        )}
        {(run.error || run.expiresAt) && (
          <div className="grid gap-2">
            {run.error && (
              <div className="notice notice-wrong" role="alert">
                <strong>{t.worksheet.failed}</strong>
                <span>{run.error.message}</span>
                {t.errorHelp[run.error.kind] && <span>{t.errorHelp[run.error.kind]}</span>}
              </div>
            )}
            {run.expiresAt && <p className="notice print:hidden">{t.run.expires(formatInstant(run.expiresAt))}</p>}
          </div>
        )}
        <Results
          cells={withoutTitle(cells, run.worksheet.title)}
          session={session}
          busy={busy}
          shown={session.cells}
          former={initial.cells}
          title={run.worksheet.title}
          runs={{ shown: run.id, former: run.id }}
          commit={run.record?.commit ?? null}
        />
        <section aria-labelledby="what-ran">
          <h2 id="what-ran" className="mb-2 text-lg">
            {t.record.title}
          </h2>
          <RunRecordView worksheet={run.worksheet} record={record} runId={run.id} parameters={parameters} />
        </section>
        {run.record && run.record.files.length > 0 && (
          <section aria-labelledby="files">
            <h2 id="files" className="mb-2 text-lg">
              {t.record.files}
            </h2>
            <RunFiles runId={run.id} files={run.record.files} />
          </section>
        )}
        {run.record && <Citation run={run} record={run.record} url={url} />}
      </div>
    </article>
  );
}
