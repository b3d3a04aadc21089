import type { Metadata } from "next";
import { UnreadyProject } from "#components/project/unready-project.tsx";
import { routes } from "#lib/routes.ts";
import { requestContext } from "#server/next/request-context.ts";
import { showProject } from "#server/usecases/show-project.ts";
import { bringBackProject, removeProjectAndLeave } from "../../../projects/actions.ts";
import { AuthorPart } from "../../../projects/author-part.tsx";
import { one } from "../../../projects/project-head.ts";
import { ProjectPage } from "../../../projects/project-page.tsx";
import { shown } from "../../../usecase-page.ts";

export const dynamic = "force-dynamic";
type Props = { params: Promise<{ slug: string }>; searchParams: Promise<Record<string, string | string[] | undefined>> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const project = shown(await showProject(await requestContext(), { slug: (await params).slug }));
  return { title: project.title, description: project.description, alternates: { canonical: routes.project(project.slug) } };
}

/** Also where the further pages of a large project are, which no shared page holds: next.config sends `?cursor=` here. */
export default async function SignedInProjectPage({ params, searchParams }: Props) {
  const ctx = await requestContext();
  return (
    <ProjectPage
      ctx={ctx}
      slug={(await params).slug}
      cursor={one(await searchParams, "cursor")}
      forAuthor={(project) => <AuthorPart ctx={ctx} project={project} />}
      unready={(project) => <UnreadyProject project={project} actions={{ leave: removeProjectAndLeave, restore: bringBackProject }} />}
    />
  );
}
