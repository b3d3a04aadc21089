import { Undo2 } from "lucide-react";
import Link from "next/link";
import type { ProjectView } from "#lib/domain/project.ts";
import { formatInstant } from "#lib/format.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { ActionButton } from "./action-button.tsx";
import type { ActionOutcome } from "./action-outcome.ts";
import { KeepFresh, Making } from "./making.tsx";

type Action = (id: string) => Promise<ActionOutcome>;
type Props = { project: ProjectView; actions: { readonly leave: Action; readonly restore: Action } };

/** A project that is being made, could not be, or lies in the trash: its owner alone comes here. */
export function UnreadyProject({ project, actions }: Props) {
  return (
    <div className="page page-reading pt-14">
      <p className="eyebrow">{t.project.kind}</p>
      <h1 className="mt-1 text-2xl">{project.title}</h1>
      <div className="mt-6">
        {project.state === "creating" ? <Creating project={project} actions={actions} /> : <Over project={project} actions={actions} />}
      </div>
    </div>
  );
}

function Creating({ project, actions }: Props) {
  return (
    <div className="flex max-w-md flex-col gap-5">
      <KeepFresh />
      <Making progress={project.progress} />
      <p className="text-soft">{t.projects.making.leave}</p>
      <ActionButton action={actions.leave.bind(null, project.id)} busyWords={t.projects.making.stopping}>
        {t.projects.cancel}
      </ActionButton>
    </div>
  );
}

function Over({ project, actions }: Props) {
  if (project.state === "trashed") {
    return (
      <>
        <p className="font-serif text-lg text-soft">
          {t.projects.making.trashed}
          {project.restorableUntil && ` ${t.projects.making.until(formatInstant(project.restorableUntil))}`}
        </p>
        <div className="mt-5">
          <ActionButton action={actions.restore.bind(null, project.id)} busyWords={t.projects.making.restoring} className="button button-primary">
            <Undo2 size={15} aria-hidden />
            {t.projects.making.restore}
          </ActionButton>
        </div>
      </>
    );
  }
  return (
    <>
      <div className="notice notice-wrong">
        <strong>{t.projects.failed}</strong>
        <span>{project.problem}</span>
      </div>
      <p className="mt-4 text-soft">{t.projects.making.nothingLost}</p>
      <div className="mt-5 flex flex-wrap gap-2">
        <Link className="button button-primary" href={routes.newProjectAgain(project.id)} prefetch={false}>
          {t.projects.retry}
        </Link>
        <ActionButton action={actions.leave.bind(null, project.id)} busyWords={t.projects.removeFailed}>
          {t.projects.removeFailed}
        </ActionButton>
      </div>
    </>
  );
}
