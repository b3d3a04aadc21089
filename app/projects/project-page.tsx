import "server-only";
import { permanentRedirect } from "next/navigation";
import type { ReactNode } from "react";
import { ProjectFrame } from "#components/project/project-frame.tsx";
import { ProjectOverview } from "#components/project/project-overview.tsx";
import type { ProjectView } from "#lib/domain/project.ts";
import { routes } from "#lib/routes.ts";
import type { Context } from "#server/context.ts";
import { listVersionFiles } from "#server/usecases/list-version-files.ts";
import { showProject } from "#server/usecases/show-project.ts";
import { shown } from "../usecase-page.ts";

type Props = {
  ctx: Context;
  slug: string;
  cursor?: string | undefined;
  /** What its author sees besides. */
  forAuthor?: (project: ProjectView) => ReactNode;
  /** In the place of all, while there is nothing to show yet. */
  unready?: (project: ProjectView) => ReactNode;
};

const filesShown = 12;

export async function ProjectPage({ ctx, slug, cursor, forAuthor, unready }: Props) {
  const project = shown(await showProject(ctx, { slug, cursor }));
  if (project.slug !== slug) permanentRedirect(routes.project(project.slug));
  if (project.state !== "ready") return unready?.(project) ?? null;
  const listed = await listVersionFiles(ctx, { projectId: project.id, limit: filesShown });
  // A page without its files is better than no page.
  const files = listed.ok ? listed.value : { items: [], next: null };
  return (
    <ProjectFrame project={project} part="overview">
      <ProjectOverview project={project} files={files.items} moreFiles={files.next !== null}>
        {project.may.write ? forAuthor?.(project) : null}
      </ProjectOverview>
    </ProjectFrame>
  );
}
