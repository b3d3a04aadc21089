"use client";
import { useMemo, useRef, useState } from "react";
import { api } from "#components/api.ts";
import { useRun } from "#components/worksheet/use-run.ts";
import { canonicalJson } from "#lib/canonical-json.ts";
import type { ParametersView, PublishOutcome, StartedPreview } from "#lib/domain/project.ts";
import type { Problem } from "#lib/domain/worksheet.ts";
import { type Draft, defaultDraft, draftFromQuery, type Entry, rawFromDraft } from "#lib/form/draft.ts";
import { formOf, specsOf } from "#lib/form/marking.ts";
import { t } from "#lib/messages/en.ts";
import type { Failure, Result } from "#lib/result.ts";
import { routes } from "#lib/routes.ts";
import type { ParameterSpecs } from "#lib/worksheet/mark-parameters.ts";
import { placedMessage } from "#lib/worksheet/problems.ts";
import { checkValues } from "#lib/worksheet/values.ts";

export type DeskActions = {
  readonly save: (given: unknown) => Promise<Result<ParametersView>>;
  readonly publish: (given: unknown) => Promise<Result<PublishOutcome>>;
};
export type DeskInput = {
  readonly project: { readonly id: string; readonly slug: string };
  readonly initial: ParametersView;
  /** As in a worksheet's address. */
  readonly values: string;
  readonly actions: DeskActions;
};
export type Doing = "saving" | "publishing" | null;

const unavailable: Failure = { code: "unavailable", message: t.account.unavailable };

/** Marks, the form that they give, what is typed into it, and a run that tries it: one state for the whole page. */
export function useDesk({ project, initial, values, actions }: DeskInput) {
  const [view, setView] = useState(initial);
  const [specs, setSpecs] = useState<ParameterSpecs>(() => specsOf(initial));
  const [typed, setTyped] = useState<Draft>(() => draftFromQuery(initial.parameters, new URLSearchParams(values)) ?? {});
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const [failure, setFailure] = useState<Failure | null>(null);
  const [problems, setProblems] = useState<readonly Problem[]>(initial.problems);
  const [doing, setDoing] = useState<Doing>(null);
  const [said, setSaid] = useState<string | null>(null);
  const [published, setPublished] = useState<{ readonly slug: string; readonly runId: string } | null>(null);
  const busyNow = useRef(false);
  const { session, open, stop } = useRun("");

  const saved = useMemo(() => specsOf(view), [view]);
  const changed = useMemo(() => differences(saved, specs), [saved, specs]);
  const made = useMemo(() => (changed === 0 ? { parameters: view.parameters, problem: null } : formOf(view, specs)), [changed, view, specs]);
  // While something said cannot be, the last form that could stays.
  const [lastGood, setLastGood] = useState(made.parameters);
  if (made.problem === null && lastGood !== made.parameters) setLastGood(made.parameters);
  const form = made.problem === null ? made : { parameters: lastGood, problem: made.problem };
  const draft: Draft = useMemo(() => ({ ...defaultDraft(form.parameters), ...typed }), [form.parameters, typed]);
  const running = session.state === "sending" || session.state === "queued" || session.state === "starting" || session.state === "running";

  /** One thing after the other; a second press while something is done does nothing. */
  async function once(what: Doing, work: () => Promise<void>): Promise<void> {
    if (busyNow.current) return;
    busyNow.current = true;
    setDoing(what);
    setFailure(null);
    setSaid(null);
    try {
      await work();
    } catch {
      setFailure(unavailable);
    } finally {
      busyNow.current = false;
      setDoing(null);
    }
  }

  async function keep(): Promise<boolean> {
    if (changed === 0) return true;
    const kept = await actions.save({ projectId: project.id, path: view.path, stamp: view.stamp, parameters: specs });
    if (!kept.ok) {
      setFailure(kept.failure);
      return false;
    }
    setView(kept.value);
    setSpecs(specsOf(kept.value));
    setProblems(kept.value.problems);
    return true;
  }

  const save = () => once("saving", async () => void ((await keep()) && setSaid(t.parameters.saved)));

  const tryIt = () =>
    once("saving", async () => {
      if (form.problem !== null) return;
      const checked = checkValues(form.parameters, rawFromDraft(form.parameters, draft), { language: view.language });
      setErrors(checked.ok ? {} : (checked.failure.fields ?? {}));
      if (!checked.ok || !(await keep())) return;
      setPublished(null);
      const started = await api<StartedPreview>("POST", `${routes.api.project(project.id)}/previews`, { path: view.path, values: checked.value });
      if (started.ok) await open(started.value.runId);
      else {
        setErrors(started.problem.fields);
        setFailure({ code: "unavailable", message: started.problem.detail });
      }
    });

  const publish = () =>
    once("publishing", async () => {
      if (!(await keep())) return;
      const outcome = await actions.publish({ projectId: project.id, path: view.path });
      if (!outcome.ok) return setFailure(outcome.failure);
      setProblems(outcome.value.problems);
      if (outcome.value.kind === "problems") {
        const first = outcome.value.problems.find((problem) => problem.severity === "error");
        return setFailure({ code: "invalid", message: first ? placedMessage(first) : t.parameters.unreadable });
      }
      setPublished({ slug: outcome.value.slug, runId: outcome.value.runId });
      await open(outcome.value.runId);
    });

  return {
    view,
    specs,
    form,
    draft,
    errors,
    failure,
    problems,
    doing,
    said,
    published,
    changed,
    session,
    running,
    stop,
    save,
    tryIt,
    publish,
    change: (name: string, entry: Entry) => {
      setTyped((before) => ({ ...before, [name]: entry }));
      setErrors(({ [name]: _mended, ...others }) => others);
    },
    reset: () => {
      setTyped({});
      setErrors({});
    },
    mark: (next: ParameterSpecs) => {
      setSpecs(next);
      setSaid(null);
      setFailure(null);
    },
  };
}
export type DeskState = ReturnType<typeof useDesk>;

function differences(before: ParameterSpecs, after: ParameterSpecs): number {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => canonicalJson(before[name] ?? null) !== canonicalJson(after[name] ?? null)).length;
}
