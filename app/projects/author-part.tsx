import "server-only";
import Link from "next/link";
import { Suspense } from "react";
import { EnvironmentState } from "#components/project/environment-state.tsx";
import { NotebookStates } from "#components/project/notebook-states.tsx";
import type { ProjectView } from "#lib/domain/project.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import type { Context } from "#server/context.ts";
import { listProjectWorksheets } from "#server/usecases/list-project-worksheets.ts";
import { showEnvironment } from "#server/usecases/show-environment.ts";
import { showWorkingCopy } from "#server/usecases/show-working-copy.ts";
import { acceptForLabs, makeEnvironmentAgain, stopMakingEnvironment } from "./environment-actions.ts";
import { publishNotebook, unpublishNotebook } from "./publishing-actions.ts";

/** What only those who write a project see on its page: their unsaved work, its notebooks on their way to readers, and what those find installed. */
export function AuthorPart({ ctx, project }: { ctx: Context; project: ProjectView }) {
  return (
    <>
      <Suspense fallback={null}>
        <Unsaved ctx={ctx} project={project} />
      </Suspense>
      <Suspense fallback={<NotebooksToCome />}>
        <Notebooks ctx={ctx} project={project} />
      </Suspense>
      <Suspense fallback={null}>
        <Environment ctx={ctx} project={project} />
      </Suspense>
    </>
  );
}

/** Counting reads every file that changed: the rest of the page does not wait for it. */
async function Unsaved({ ctx, project }: { ctx: Context; project: ProjectView }) {
  const copy = await showWorkingCopy(ctx, { projectId: project.id });
  if (!copy.ok || !copy.value.made || (copy.value.changeCount === 0 && copy.value.behind === 0)) return null;
  return (
    <p className="notice">
      <span>{copy.value.changeCount > 0 ? t.projects.page.unsaved(copy.value.changeCount) : t.projects.page.behind(copy.value.behind)}</span>
      <Link className="link font-medium" href={routes.projectChanges(project.slug)} prefetch={false}>
        {t.projects.page.seeChanges}
      </Link>
    </p>
  );
}

/** Keeps their place, so that what is read below does not move. */
function NotebooksToCome() {
  return (
    <section className="min-h-40" aria-busy>
      <h2 className="text-xl">{t.projects.notebooks.title}</h2>
      <p className="mb-3 text-soft">{t.projects.notebooks.hint}</p>
    </section>
  );
}

/** Only where its files ask for something. */
async function Environment({ ctx, project }: { ctx: Context; project: ProjectView }) {
  const environment = await showEnvironment(ctx, { projectId: project.id });
  if (!environment.ok || (environment.value.kind === "none" && environment.value.problems.length === 0)) return null;
  return (
    <EnvironmentState
      projectId={project.id}
      environment={environment.value}
      actions={{ retry: makeEnvironmentAgain, cancel: stopMakingEnvironment, accept: acceptForLabs }}
    />
  );
}

async function Notebooks({ ctx, project }: { ctx: Context; project: ProjectView }) {
  const notebooks = await listProjectWorksheets(ctx, { projectId: project.id });
  if (!notebooks.ok || notebooks.value.length === 0) return null;
  return <NotebookStates project={project} notebooks={notebooks.value} actions={{ publish: publishNotebook, unpublish: unpublishNotebook }} />;
}
