"use client";
import { useEffect, useRef, useState } from "react";
import { api } from "#components/api.ts";
import type { Parameter } from "#lib/domain/parameter.ts";
import { isFinal } from "#lib/domain/run.ts";
import type { RunView } from "#lib/domain/worksheet.ts";
import { type Draft, draftFromQuery, draftFromValues, runKey } from "#lib/form/draft.ts";
import { routes } from "#lib/routes.ts";
import { forgetRun, lastRun } from "./last-run.ts";

type Options = {
  worksheetId: string;
  parameters: readonly Parameter[];
  ready: boolean;
  open: (id: string) => Promise<boolean>;
  onValues: (draft: Draft) => void;
  onGone: () => void;
};
export type FoundRun = { readonly run: RunView | null; readonly show: () => Promise<void>; readonly dismiss: () => void };

/** On arrival: the run that the address names is shown; one that this browser started and that still goes on is joined; a finished one is offered. */
export function useFoundRun({ worksheetId, parameters, ready, open, onValues, onGone }: Options): FoundRun {
  const [run, setRun] = useState<RunView | null>(null);
  const looked = useRef(false);

  useEffect(() => {
    if (!ready || looked.current) return;
    looked.current = true;
    const query = new URLSearchParams(window.location.search);
    const named = query.get(runKey(parameters));
    const hasValues = draftFromQuery(parameters, query) !== null;
    void (async () => {
      const id = named ?? lastRun(worksheetId)?.id;
      if (!id) return;
      const answer = await api<RunView>("GET", routes.api.run(id));
      if (!answer.ok || answer.value.worksheet.id !== worksheetId) {
        if (named) onGone();
        else if (!answer.ok && answer.problem.status === 404) forgetRun(worksheetId);
        return;
      }
      if (named || !isFinal(answer.value.state)) {
        if (!hasValues) onValues(draftFromValues(answer.value.values));
        await open(id);
      } else if (!hasValues) setRun(answer.value);
    })();
  }, [ready, parameters, worksheetId, open, onValues, onGone]);

  const show = async () => {
    if (!run) return;
    onValues(draftFromValues(run.values));
    await open(run.id);
    setRun(null);
  };
  return { run, show, dismiss: () => setRun(null) };
}
