import { ArrowRight, Plus } from "lucide-react";
import Link from "next/link";
import { ProjectRows } from "#components/gallery/project-rows.tsx";
import { JustDeleted, NoProjects, OwnProjects } from "#components/project/own-projects.tsx";
import type { OwnProject } from "#lib/domain/project.ts";
import type { Page, ProjectCard } from "#lib/domain/worksheet.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { requestContext } from "#server/next/request-context.ts";
import { listOwnProjects } from "#server/usecases/list-own-projects.ts";
import { listProjects } from "#server/usecases/list-projects.ts";
import { shown } from "../usecase-page.ts";
import { bringBackProject, removeProject } from "./actions.ts";
import { one } from "./project-head.ts";

export const dynamic = "force-dynamic";
export const metadata = { title: t.gallery.projects };

type Asked = Promise<Record<string, string | string[] | undefined>>;

export default async function ProjectsPage({ searchParams }: { searchParams: Asked }) {
  const asked = await searchParams;
  const ctx = await requestContext();
  const [others, mine, trash] = await Promise.all([
    listProjects(ctx, { cursor: one(asked, "cursor"), others: true }),
    ctx.actor.kind === "user" ? listOwnProjects(ctx, { cursor: one(asked, "mine") }) : null,
    ctx.actor.kind === "user" ? listOwnProjects(ctx, { trash: true, limit: 100 }) : null,
  ]);
  const page = shown(others);
  return (
    <div className="page">
      <div className="flex flex-wrap items-end justify-between gap-x-8 gap-y-4 pt-9 pb-8">
        <div>
          <h1 className="text-2xl">{t.gallery.projects}</h1>
          <p className="mt-2 max-w-2xl font-serif text-lg text-soft">{t.gallery.projectsHint}</p>
        </div>
        {mine?.ok && mine.value.items.length > 0 && (
          <Link className="button button-primary" href={routes.newProject()}>
            <Plus size={16} aria-hidden />
            {t.projects.create}
          </Link>
        )}
      </div>
      <div className="flex max-w-3xl flex-col gap-14">
        {mine && <Mine projects={shown(mine)} trashed={trash?.ok ? trash.value.items : []} deleted={one(asked, "deleted")} example={page.items[0] ?? null} />}
        <Others page={page} titled={mine !== null} />
      </div>
    </div>
  );
}

type MineProps = { projects: Page<OwnProject>; trashed: readonly OwnProject[]; deleted: string | undefined; example: ProjectCard | null };

function Mine({ projects, trashed, deleted, example }: MineProps) {
  const actions = { remove: removeProject, restore: bringBackProject };
  const justDeleted = trashed.find(({ id }) => id === deleted);
  return (
    <section aria-labelledby="mine">
      <h2 id="mine" className="text-xl">
        {t.projects.mine}
      </h2>
      <p className="mb-3 text-soft">{t.projects.mineHint}</p>
      {justDeleted && <JustDeleted project={justDeleted} restore={actions.restore} />}
      {projects.items.length === 0 ? <NoProjects example={example} /> : <OwnProjects projects={projects.items} actions={actions} />}
      {projects.next && (
        <Link className="button button-small mt-4" href={`${routes.projects()}?mine=${encodeURIComponent(projects.next)}`}>
          {t.projects.more}
          <ArrowRight size={14} aria-hidden />
        </Link>
      )}
      {trashed.length > 0 && (
        <details className="mt-6">
          <summary className="link inline-block cursor-pointer">{t.projects.inTrash(trashed.length)}</summary>
          <div className="mt-2">
            <OwnProjects projects={trashed} actions={actions} />
          </div>
        </details>
      )}
    </section>
  );
}

function Others({ page, titled }: { page: Page<ProjectCard>; titled: boolean }) {
  return (
    <section aria-labelledby="others">
      <h2 id="others" className={titled ? "mb-3 text-xl" : "sr-only"}>
        {t.projects.others}
      </h2>
      <ProjectRows projects={page.items} described />
      {page.next && (
        <Link className="button mt-8" href={`${routes.projects()}?cursor=${encodeURIComponent(page.next)}`}>
          {t.projects.more}
          <ArrowRight size={16} aria-hidden />
        </Link>
      )}
    </section>
  );
}
