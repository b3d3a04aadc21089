"use client";
import { useEffect, useMemo, useRef, useState } from "react";
import { canonicalJson } from "#lib/canonical-json.ts";
import type { CellResult } from "#lib/domain/run.ts";
import type { RunView, WorksheetView } from "#lib/domain/worksheet.ts";
import { defaultDraft, rawFromDraft } from "#lib/form/draft.ts";
import { t } from "#lib/messages/en.ts";
import { checkValues, defaultValues } from "#lib/worksheet/values.ts";
import type { Problem } from "../api.ts";
import { useMe } from "../layout/use-me.ts";
import { AboutResult } from "./about-result.tsx";
import { rememberRun } from "./last-run.ts";
import { ResultHeader } from "./result-header.tsx";
import { Results } from "./results.tsx";
import { useDraft } from "./use-draft.ts";
import { useFoundRun } from "./use-found-run.ts";
import { useRun } from "./use-run.ts";
import { ValuesForm } from "./values-form.tsx";

/** What stands in the wide column while nothing runs, and dimmed while something does. */
type Shown = { readonly cells: readonly CellResult[]; readonly run: RunView | null };

export function Workbench({ view }: { view: WorksheetView }) {
  const { parameters, card } = view;
  const { session, start, open, stop, close } = useRun(card.id);
  const { draft, setDraft, change, ready, forgetNamed } = useDraft(card.id, parameters, session.runId);
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const [problem, setProblem] = useState<string | null>(null);
  const published: Shown = useMemo(() => ({ cells: view.result?.cells ?? [], run: view.result }), [view.result]);
  const [former, setFormer] = useState<Shown>(published);
  const found = useFoundRun({
    worksheetId: card.id,
    parameters,
    ready,
    open,
    onValues: (values) => setDraft((before) => ({ ...before, ...values })),
    onGone: forgetNamed,
  });

  const me = useMe();
  /** Why Run would be refused, said before it is pressed. */
  const refused = me.data && !me.data.mayRun.allowed ? me.data.mayRun.reason : null;
  const busy = session.state === "sending" || session.state === "queued" || session.state === "starting" || session.state === "running";
  const shown: Shown = session.state === "none" ? former : session.run ? { cells: session.cells, run: session.run } : { cells: session.cells, run: null };
  const shownValues = shown.run?.values ?? (session.state === "none" ? defaultValues(parameters) : null);
  const outdated = !busy && shownValues !== null && canonicalJson(jsonOf(rawFromDraft(parameters, draft))) !== canonicalJson(jsonOf(shownValues));

  async function run(fresh: boolean) {
    if (busy) return;
    const checked = checkValues(parameters, rawFromDraft(parameters, draft));
    setErrors(checked.ok ? {} : (checked.failure.fields ?? {}));
    setProblem(checked.ok || checked.failure.fields ? null : checked.failure.message);
    if (!checked.ok) return focusField(Object.keys(checked.failure.fields ?? {})[0]);
    setFormer(shown);
    const answer = await start(checked.value, fresh);
    if ("problem" in answer) return refuse(answer.problem);
    rememberRun(card.id, { id: answer.started.id, at: new Date().toISOString(), claimUrl: answer.started.claimUrl });
    found.dismiss();
    forgetNamed();
  }

  function refuse(refusal: Problem) {
    setErrors(refusal.fields);
    setProblem(refusal.retryAfterSeconds ? `${refusal.detail} ${t.worksheet.retryIn(refusal.retryAfterSeconds)}` : refusal.detail);
    focusField(Object.keys(refusal.fields)[0]);
  }

  function backToPublished() {
    close();
    forgetNamed();
    setFormer(published);
    setProblem(null);
  }

  useRunShortcut(() => void run(false));

  return (
    <div className="workbench">
      <ValuesForm
        parameters={parameters}
        draft={draft}
        errors={errors}
        session={session}
        busy={busy}
        usualDurationMs={view.usualDurationMs}
        problem={problem ?? refused}
        onChange={(name, entry) => {
          change(name, entry);
          setErrors(({ [name]: _mended, ...others }) => others);
          setProblem(null);
        }}
        onReset={() => {
          setDraft(defaultDraft(parameters));
          setErrors({});
        }}
        onRun={() => void run(false)}
        onStop={() => void stop()}
      />
      <div className="min-w-0">
        <ResultHeader
          view={view}
          session={session}
          run={shown.run}
          busy={busy}
          outdated={outdated}
          found={found}
          onFresh={() => void run(true)}
          onPublished={backToPublished}
          onOpenFound={() => void found.show()}
        />
        <Results
          cells={view.cells}
          session={session}
          busy={busy}
          shown={shown.cells}
          former={former.cells}
          title={card.title}
          runs={{ shown: shown.run?.id ?? session.runId, former: former.run?.id ?? null }}
          commit={shown.run?.record?.commit ?? view.commit}
        />
        <AboutResult view={view} run={shown.run} busy={busy} />
      </div>
    </div>
  );
}

/** Values as they would travel: an undefined raw value is none. */
function jsonOf(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return JSON.parse(JSON.stringify(values)) as Record<string, unknown>;
}

function focusField(name: string | undefined): void {
  if (!name) return;
  // The fold around the field opens with the next paint.
  setTimeout(() => {
    const id = CSS.escape(`value-${name}`);
    document.querySelector<HTMLElement>(`#${id}, #${id}-from`)?.focus();
  }, 60);
}

function useRunShortcut(run: () => void): void {
  const latest = useRef(run);
  latest.current = run;
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.repeat) return;
      event.preventDefault();
      latest.current();
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, []);
}
