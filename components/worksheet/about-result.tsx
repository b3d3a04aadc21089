"use client";
import { RunRecordView } from "#components/run/run-record.tsx";
import { useNamedRecord } from "#components/run/use-named-record.ts";
import type { RunView, WorksheetView } from "#lib/domain/worksheet.ts";
import { t } from "#lib/messages/en.ts";

/** Under the results: where the data come from, and what ran to make exactly what is shown. */
export function AboutResult({ view, run, busy }: { view: WorksheetView; run: RunView | null; busy: boolean }) {
  const record = useNamedRecord(run);
  return (
    <div className="mt-12 flex flex-col gap-8">
      {view.dataSources && (
        <section className="max-w-2xl" aria-labelledby="sources">
          <h2 id="sources" className="mb-1 text-lg">
            {t.worksheet.sources}
          </h2>
          <p className="font-serif text-base text-soft">{view.dataSources}</p>
        </section>
      )}
      <section aria-labelledby="what-ran">
        <h2 id="what-ran" className="mb-2 text-lg">
          {t.record.title}
        </h2>
        {busy ? (
          <p className="hint">{t.record.notYet}</p>
        ) : (
          <RunRecordView
            worksheet={view.card}
            record={record}
            runId={run?.id ?? null}
            parameters={view.parameters}
            fallback={{ commit: view.commit, notebookPath: view.notebookPath, environment: view.environment }}
          />
        )}
      </section>
    </div>
  );
}
