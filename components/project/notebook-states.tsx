import { ArrowUpRight, Check, CircleDashed, LoaderCircle, TriangleAlert, Undo2 } from "lucide-react";
import Link from "next/link";
import type { ProjectWorksheet } from "#lib/domain/project.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { placedMessage, placeOf } from "#lib/worksheet/problems.ts";
import { ActionButton } from "./action-button.tsx";
import type { ActionOutcome } from "./action-outcome.ts";
import { KeepFresh } from "./making.tsx";

type Actions = {
  readonly publish: (given: { projectId: string; path: string }) => Promise<ActionOutcome>;
  readonly unpublish: (given: { projectId: string; worksheetId: string }) => Promise<ActionOutcome>;
};
type Props = { project: { readonly id: string; readonly slug: string }; notebooks: readonly ProjectWorksheet[]; actions: Actions };

/** The notebooks of a project as its authors see them: which have a page of their own, and what stands in the way of the others. */
export function NotebookStates({ project, notebooks, actions }: Props) {
  return (
    <section aria-labelledby="notebooks">
      {notebooks.some((one) => one.state === "publishing") && <KeepFresh everyMs={3000} />}
      <h2 id="notebooks" className="text-xl">
        {t.projects.notebooks.title}
      </h2>
      <p className="mb-3 text-soft">{t.projects.notebooks.hint}</p>
      <ul className="rows">
        {notebooks.map((notebook) => (
          <li key={notebook.path} className="py-3">
            <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-2">
              <div className="min-w-0 grow basis-56">
                <Link className="entry-title wrap-anywhere" href={routes.projectFiles(project.slug, notebook.path)} prefetch={false}>
                  {notebook.title}
                </Link>
                <p className="text-soft wrap-anywhere">
                  {notebook.path !== notebook.title && `${notebook.path} · `}
                  {t.projects.notebooks.parameters(notebook.parameters)}
                </p>
                <State notebook={notebook} />
              </div>
              <Buttons project={project} notebook={notebook} actions={actions} />
            </div>
            <Problems notebook={notebook} />
          </li>
        ))}
      </ul>
    </section>
  );
}

const marks = {
  never: [CircleDashed, "text-soft"],
  publishing: [LoaderCircle, "text-accent"],
  published: [Check, "text-fine"],
  failed: [TriangleAlert, "text-wrong"],
  unpublished: [Undo2, "text-soft"],
} as const;

function State({ notebook }: { notebook: ProjectWorksheet }) {
  const [Icon, colour] = marks[notebook.state];
  const { failure, worksheet, runId } = notebook;
  return (
    <>
      <p className="mt-0.5 flex flex-wrap items-baseline gap-x-3">
        <span className={`inline-flex items-center gap-1.5 font-medium ${colour}`}>
          <Icon size={14} aria-hidden />
          {t.projects.notebooks.states[notebook.state]}
        </span>
        {notebook.state === "published" && notebook.newer && <span className="text-soft">{t.projects.notebooks.newer}</span>}
        {worksheet?.shown && (
          <Link className="link" href={routes.worksheet(worksheet.slug)} prefetch={false}>
            {t.projects.notebooks.page}
          </Link>
        )}
        {runId && (
          <Link className="link" href={routes.run(runId)} prefetch={false}>
            {t.projects.notebooks.run}
          </Link>
        )}
      </p>
      {failure && (
        <p className="mt-1 wrap-anywhere">
          {failure.cell === null ? failure.message : placedMessage({ cell: failure.cell, line: null, message: failure.message })}
          {worksheet?.shown && <span className="block text-soft">{t.projects.notebooks.formerShown}</span>}
        </p>
      )}
    </>
  );
}

function Buttons({ project, notebook, actions }: { project: Props["project"]; notebook: ProjectWorksheet; actions: Actions }) {
  const { path, title, state, worksheet } = notebook;
  const impossible = notebook.problems.some((problem) => problem.severity === "error");
  const wanted = state !== "publishing" && (state !== "published" || notebook.newer);
  return (
    <div className="flex flex-wrap items-start gap-2">
      {state === "published" && worksheet && (
        <ActionButton
          action={actions.unpublish.bind(null, { projectId: project.id, worksheetId: worksheet.id })}
          className="button button-small button-quiet"
          busyWords={t.projects.notebooks.unpublishing}
          label={t.projects.notebooks.unpublishOf(title)}
          question={{
            title: t.projects.notebooks.unpublishSure(title),
            what: t.projects.notebooks.unpublishWhat,
            yes: t.projects.notebooks.unpublish,
            no: t.projects.notebooks.unpublishNo,
          }}
        >
          {t.projects.notebooks.unpublish}
        </ActionButton>
      )}
      <Link className="button button-small" href={routes.projectParameters(project.slug, path)} prefetch={false} aria-label={t.projects.page.markOf(path)}>
        {t.projects.page.mark}
      </Link>
      {wanted && !impossible && (
        <ActionButton
          action={actions.publish.bind(null, { projectId: project.id, path })}
          className="button button-small"
          busyWords={t.projects.page.publishing}
          label={t.projects.page.publishOf(path)}
        >
          <ArrowUpRight size={13} aria-hidden />
          {t.projects.page.publish}
        </ActionButton>
      )}
    </div>
  );
}

function Problems({ notebook }: { notebook: ProjectWorksheet }) {
  if (notebook.problems.length === 0) return null;
  const errors = notebook.problems.filter((problem) => problem.severity === "error");
  const shown = errors.length > 0 ? errors : notebook.problems;
  return (
    <details className="mt-2">
      <summary className="link inline-block cursor-pointer">
        {errors.length > 0 ? t.projects.notebooks.cannot(errors.length) : t.projects.notebooks.unread(shown.length)}
      </summary>
      <ul className="mt-1 flex flex-col gap-1 border-l-2 border-line pl-3">
        {shown.map((problem) => (
          <li key={`${problem.cell} ${problem.line} ${problem.message}`} className="wrap-anywhere">
            <span className="font-medium">{placeOf(problem)}:</span> {problem.message}
          </li>
        ))}
      </ul>
    </details>
  );
}
