"use client";
import Link from "next/link";
import { useEffect, useState } from "react";
import { Results } from "#components/worksheet/results.tsx";
import { ValuesForm } from "#components/worksheet/values-form.tsx";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { placedMessage } from "#lib/worksheet/problems.ts";
import { ConstantsList } from "./constants-list.tsx";
import { MarkedNotebook } from "./marked-notebook.tsx";
import { type DeskInput, type DeskState, useDesk } from "./use-desk.ts";

type Shown = "constants" | "code" | "result";
const none = [] as const;

/** The form as its readers get it, beside the constants that it is made of, the notebook, and a run that tries it. */
export function ParametersDesk(input: DeskInput) {
  const desk = useDesk(input);
  const [shown, setShown] = useState<Shown>("constants");
  const { view, session } = desk;
  const runId = session.runId;
  // A run that was asked for is what one wants to see.
  useEffect(() => {
    if (runId !== null) setShown("result");
  }, [runId]);
  return (
    <>
      <p className="mt-2 mb-5 max-w-2xl font-serif text-lg text-soft">{t.parameters.lead}</p>
      <Bar desk={desk} slug={input.project.slug} />
      <div className="workbench mt-6">
        <ValuesForm
          parameters={desk.form.parameters}
          draft={desk.draft}
          errors={desk.errors}
          session={session}
          busy={desk.running || desk.doing !== null}
          usualDurationMs={null}
          problem={desk.form.problem}
          onChange={desk.change}
          onReset={desk.reset}
          onRun={() => void desk.tryIt()}
          onStop={() => void desk.stop()}
        />
        <div className="min-w-0">
          <div role="tablist" aria-label={t.parameters.views} className="tabs mb-5 border-b border-line">
            {(["constants", "code", "result"] as const).map((one) => (
              <button
                key={one}
                type="button"
                role="tab"
                id={`tab-${one}`}
                aria-selected={shown === one}
                aria-controls={`panel-${one}`}
                className="tab cursor-pointer"
                aria-current={shown === one ? "page" : undefined}
                onClick={() => setShown(one)}
              >
                {t.parameters[one]}
              </button>
            ))}
          </div>
          <div role="tabpanel" id={`panel-${shown}`} aria-labelledby={`tab-${shown}`}>
            {shown === "constants" && <ConstantsList view={view} specs={desk.specs} onChange={desk.mark} />}
            {shown === "code" && <MarkedNotebook view={view} specs={desk.specs} onChange={desk.mark} />}
            {shown === "result" && <Result desk={desk} />}
          </div>
        </div>
      </div>
    </>
  );
}

function Bar({ desk, slug }: { desk: DeskState; slug: string }) {
  const { view, changed, doing, failure } = desk;
  const wrong = failure?.message ?? desk.form.problem;
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <button type="button" className="button" disabled={changed === 0 || doing !== null} onClick={() => void desk.save()}>
          {doing === "saving" ? t.parameters.saving : t.parameters.save}
        </button>
        <button type="button" className="button button-primary" disabled={doing !== null || desk.form.problem !== null} onClick={() => void desk.publish()}>
          {doing === "publishing" ? t.parameters.publishing : t.parameters.publish}
        </button>
        <a className="button button-quiet" href={routes.lab(slug, view.path)}>
          {t.parameters.openLab}
        </a>
        <p role="status" className="hint">
          {changed > 0 ? t.parameters.unsaved(changed) : desk.said}
        </p>
      </div>
      <div role="alert">
        {wrong && (
          <p className="notice notice-wrong">
            {wrong}
            {failure?.code === "conflict" && (
              <>
                {" "}
                <a className="link" href={routes.projectParameters(slug, view.path)}>
                  {t.parameters.again}
                </a>
              </>
            )}
          </p>
        )}
      </div>
      {desk.problems.length > 0 && (
        <details className="notice">
          <summary className="cursor-pointer">{t.parameters.problems}</summary>
          <ul className="mt-2 flex list-disc flex-col gap-1 pl-5">
            {desk.problems.map((problem) => (
              <li key={`${problem.cell} ${problem.line} ${problem.message}`}>{placedMessage(problem)}</li>
            ))}
          </ul>
        </details>
      )}
      {desk.published !== null && desk.session.runId === desk.published.runId && <Published desk={desk} slug={desk.published.slug} />}
    </div>
  );
}

function Published({ desk: { session, running }, slug }: { desk: DeskState; slug: string }) {
  if (running) return <p className="notice">{t.parameters.publishedSoon}</p>;
  if (session.state !== "done") return null;
  return (
    <p className="notice">
      {t.parameters.published}{" "}
      <Link className="link" href={routes.worksheet(slug)} prefetch={false}>
        {t.parameters.seePage}
      </Link>
    </p>
  );
}

function Result({ desk: { view, session, running } }: { desk: DeskState }) {
  return (
    <>
      <p className="hint mb-4">{t.parameters.tryIt}</p>
      {session.error && (
        <p className="notice notice-wrong mb-4">
          {session.error.cell === undefined ? session.error.message : placedMessage({ cell: session.error.cell, line: null, message: session.error.message })}
        </p>
      )}
      <Results
        cells={view.display}
        session={session}
        busy={running}
        shown={session.cells}
        former={none}
        title={view.title}
        runs={{ shown: session.runId, former: null }}
        commit={null}
      />
    </>
  );
}
