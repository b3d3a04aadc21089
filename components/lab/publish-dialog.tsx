"use client";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
import { type FormEvent, useState } from "react";
import { api } from "#components/api.ts";
import { Dialog } from "#components/layout/dialog.tsx";
import { StateMark } from "#components/run/state-mark.tsx";
import type { PublishOutcome, WorkingCopyView } from "#lib/domain/project.ts";
import { isFinal } from "#lib/domain/run.ts";
import type { Problem, RunView } from "#lib/domain/worksheet.ts";
import { publishable } from "#lib/lab/lab-plan.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { placeOf } from "#lib/worksheet/problems.ts";
import { Elapsed } from "./elapsed.tsx";
import { saveVersion } from "./save-version.ts";
import type { Bridge } from "./use-bridge.ts";

type Props = { projectId: string; notebooks: readonly string[]; copy: WorkingCopyView | null; bridge: Bridge; onClose: () => void };
type Phase = "documents" | "version" | "compiling";

const words: Record<Phase, string> = { documents: t.lab.savingDocuments, version: t.lab.savingVersion, compiling: t.lab.compiling };

/** From the notebook in front to its worksheet: a version first, then what stands in the way, or the first run. */
export function PublishDialog({ projectId, notebooks, copy, bridge, onClose }: Props) {
  const queries = useQueryClient();
  const choices = publishable(notebooks, copy, bridge.current);
  const [chosen, setChosen] = useState<string | null>(null);
  const [phase, setPhase] = useState<Phase | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [outcome, setOutcome] = useState<PublishOutcome | null>(null);
  const path = chosen ?? choices[0] ?? "";

  async function publish(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (phase !== null || path === "") return;
    setRefusal(null);
    setOutcome(null);
    const problem = await publishNow(path);
    setPhase(null);
    if (problem !== null) setRefusal(problem);
  }

  async function publishNow(notebook: string): Promise<string | null> {
    if (bridge.unsaved.length > 0 || copy === null || copy.changeCount > 0) {
      const saved = await saveVersion(projectId, "", bridge, setPhase);
      void queries.invalidateQueries({ queryKey: ["working-copy", projectId] });
      // Nothing to save is no reason not to publish what is saved.
      if (!saved.ok && saved.problem.status !== 409) return saved.problem.detail;
    }
    setPhase("compiling");
    const published = await api<PublishOutcome>("POST", routes.api.projectWorksheets(projectId), { path: notebook });
    if (!published.ok) return published.problem.detail;
    setOutcome(published.value);
    return null;
  }

  if (outcome?.kind === "published") return <Published outcome={outcome} onClose={onClose} />;
  return (
    <Dialog title={t.lab.publishTitle} text={choices.length === 0 ? t.lab.noNotebook : t.lab.publishText} onClose={onClose}>
      <form onSubmit={(event) => void publish(event)}>
        {choices.length > 0 && (
          <>
            <label className="label" htmlFor="publish-notebook">
              {t.lab.notebook}
            </label>
            <select id="publish-notebook" className="field mt-1 mb-3" value={path} onChange={(event) => setChosen(event.target.value)}>
              {choices.map((choice) => (
                <option key={choice}>{choice}</option>
              ))}
            </select>
          </>
        )}
        {outcome?.kind === "problems" && <Problems title={t.lab.problemsTitle} problems={outcome.problems} />}
        <p role="alert" className="wrap-anywhere text-wrong">
          {refusal}
        </p>
        <div className="mt-4 flex items-center justify-end gap-2">
          <p role="status" className="mr-auto text-soft">
            {phase !== null && (
              <>
                {words[phase]} <Elapsed key={phase} />
              </>
            )}
          </p>
          <button type="button" className="button" onClick={onClose}>
            {t.lab.cancel}
          </button>
          <button type="submit" className="button button-primary" aria-disabled={phase !== null} disabled={path === ""}>
            {t.lab.publishNow}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function Problems({ title, problems }: { title: string; problems: readonly Problem[] }) {
  return (
    <section className="notice notice-changed mb-3 block" aria-label={title} role="status">
      <p className="label">{title}</p>
      <ul className="mt-1 max-h-60 overflow-y-auto">
        {problems.map((problem) => (
          <li key={`${problem.cell} ${problem.line} ${problem.message}`} className="wrap-anywhere">
            <span className="font-medium">
              {t.worksheet.severities[problem.severity]}, {placeOf(problem)}:
            </span>{" "}
            {problem.message}
          </li>
        ))}
      </ul>
    </section>
  );
}

type PublishedOutcome = Extract<PublishOutcome, { kind: "published" }>;

/** The first run goes on whether anybody watches or not; the worksheet has a page only once that run is done. */
function Published({ outcome, onClose }: { outcome: PublishedOutcome; onClose: () => void }) {
  const { data: run } = useQuery({
    queryKey: ["run", outcome.runId],
    queryFn: async ({ signal }): Promise<RunView | null> => {
      const answer = await api<RunView>("GET", routes.api.run(outcome.runId), undefined, signal);
      return answer.ok ? answer.value : null;
    },
    refetchInterval: (query) => (query.state.data && isFinal(query.state.data.state) ? false : 1000),
  });
  const isFailed = run != null && isFinal(run.state) && run.state !== "done";
  return (
    <Dialog title={t.lab.publishTitle} text={t.lab.published} onClose={onClose}>
      <p className="mb-3 flex items-baseline gap-3" role="status">
        <StateMark state={run?.state ?? "queued"} />
        {run && !isFinal(run.state) && <Elapsed since={Date.parse(run.queuedAt)} />}
      </p>
      {run?.error && <p className="mb-3 wrap-anywhere text-wrong">{run.error.message}</p>}
      {isFailed && <p className="mb-3">{t.lab.notPublished}</p>}
      {outcome.problems.length > 0 && <Problems title={t.lab.hintsTitle} problems={outcome.problems} />}
      <div className="mt-4 flex justify-end gap-2">
        <button type="button" className="button" onClick={onClose}>
          {t.lab.close}
        </button>
        {run?.state === "done" && (
          <Link className="button button-primary" href={routes.worksheet(outcome.slug)} target="_blank">
            {t.lab.openWorksheet}
          </Link>
        )}
        {isFailed && (
          <Link className="button button-primary" href={routes.run(outcome.runId)} target="_blank">
            {t.lab.openRun}
          </Link>
        )}
      </div>
    </Dialog>
  );
}
