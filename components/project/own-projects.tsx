import { CircleDashed, Plus, Trash2, TriangleAlert } from "lucide-react";
import Link from "next/link";
import { Age } from "#components/layout/age.tsx";
import type { OwnProject } from "#lib/domain/project.ts";
import { formatInstant } from "#lib/format.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { ActionButton } from "./action-button.tsx";
import type { ActionOutcome } from "./action-outcome.ts";
import { KeepFresh, Making } from "./making.tsx";
import { VisibilityMark } from "./visibility-mark.tsx";

type Actions = { readonly remove: (id: string) => Promise<ActionOutcome>; readonly restore: (id: string) => Promise<ActionOutcome> };

/** What is mine, in whatever state it is. */
export function OwnProjects({ projects, actions }: { projects: readonly OwnProject[]; actions: Actions }) {
  return (
    <>
      {projects.some((project) => project.state === "creating") && <KeepFresh />}
      <ul className="rows">
        {projects.map((project) => (
          <li key={project.id}>{project.state === "ready" ? <Ready project={project} /> : <Other project={project} actions={actions} />}</li>
        ))}
      </ul>
    </>
  );
}

function Ready({ project }: { project: OwnProject }) {
  return (
    <div className="entry justify-between">
      <div className="min-w-0">
        <Link className="entry-title wrap-anywhere" href={routes.project(project.slug)} prefetch={false}>
          {project.title}
        </Link>
        <p className="flex flex-wrap gap-x-3 text-soft">
          <span>{t.projects.types[project.type]}</span>
          <VisibilityMark visibility={project.visibility} official={project.official} />
          {project.worksheets > 0 && <span>{t.projects.worksheets(project.worksheets)}</span>}
        </p>
      </div>
      <span className="text-soft">
        <Age at={project.updatedAt} />
      </span>
    </div>
  );
}

function Other({ project, actions }: { project: OwnProject; actions: Actions }) {
  return (
    <div className="py-3">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-2">
        <div className="min-w-0 grow basis-64">
          {project.state === "creating" ? (
            <Link className="entry-title wrap-anywhere" href={routes.project(project.slug)} prefetch={false}>
              {project.title}
            </Link>
          ) : (
            <p className="entry-title text-soft wrap-anywhere">{project.title}</p>
          )}
          <StateWords project={project} />
        </div>
        <Buttons project={project} actions={actions} />
      </div>
      {project.state === "creating" && (
        <div className="mt-2 max-w-md">
          <Making progress={project.progress} />
        </div>
      )}
    </div>
  );
}

/** At the top of the list from which it is gone, where whoever deleted it lands. */
export function JustDeleted({ project, restore }: { project: OwnProject; restore: Actions["restore"] }) {
  return (
    <div className="notice mb-3" role="status">
      <p className="min-w-0 flex-1 wrap-anywhere">{t.projects.justDeleted(project.title)}</p>
      <ActionButton action={restore.bind(null, project.id)} busyWords={t.projects.undo} className="button button-small">
        {t.projects.undo}
      </ActionButton>
    </div>
  );
}

/** By word and shape first. */
function StateWords({ project }: { project: OwnProject }) {
  const icon = { creating: CircleDashed, failed: TriangleAlert, trashed: Trash2, ready: null }[project.state];
  const Icon = icon ?? CircleDashed;
  const words = project.state === "creating" ? t.projects.creating : project.state === "failed" ? t.projects.failed : t.projects.trashed;
  return (
    <p className={project.state === "failed" ? "text-wrong" : "text-soft"}>
      <span className="inline-flex items-center gap-1.5 font-medium">
        <Icon size={14} aria-hidden />
        {words}
      </span>
      {project.state === "failed" && project.problem && <span className="block text-ink wrap-anywhere">{project.problem}</span>}
      {project.restorableUntil && <span> · {t.projects.trashedUntil(formatInstant(project.restorableUntil))}</span>}
    </p>
  );
}

function Buttons({ project, actions }: { project: OwnProject; actions: Actions }) {
  const small = "button button-small";
  if (project.state === "trashed") {
    return (
      <ActionButton action={actions.restore.bind(null, project.id)} busyWords={t.projects.undo} className={small} label={t.projects.undoOf(project.title)}>
        {t.projects.undo}
      </ActionButton>
    );
  }
  const remove = actions.remove.bind(null, project.id);
  if (project.state === "creating") {
    return (
      <ActionButton action={remove} busyWords={t.projects.cancel} className={small} label={t.projects.cancelOf(project.title)}>
        {t.projects.cancel}
      </ActionButton>
    );
  }
  return (
    <div className="flex flex-wrap items-start gap-2">
      <Link href={routes.newProjectAgain(project.id)} prefetch={false} className={small}>
        {t.projects.retry}
      </Link>
      <ActionButton action={remove} busyWords={t.projects.removeFailed} className={`${small} button-quiet`} label={t.projects.removeOf(project.title)}>
        {t.projects.removeFailed}
      </ActionButton>
    </div>
  );
}

/** What this is, one button to begin, an example. */
export function NoProjects({ example }: { example: { readonly slug: string; readonly title: string } | null }) {
  return (
    <section className="border-t border-line py-6">
      <h3 className="text-lg">{t.projects.emptyTitle}</h3>
      <p className="mt-1 max-w-xl font-serif text-lg text-soft">{t.projects.empty}</p>
      <Link className="button button-primary mt-5" href={routes.newProject()}>
        <Plus size={16} aria-hidden />
        {t.projects.create}
      </Link>
      {example && (
        <p className="mt-4 text-soft">
          {t.projects.emptyExample}{" "}
          <Link className="link" href={routes.projectCopy(example.slug)} prefetch={false}>
            {example.title}
          </Link>
        </p>
      )}
    </section>
  );
}
