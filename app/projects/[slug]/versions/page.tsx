import type { Metadata } from "next";
import { ProjectFrame } from "#components/project/project-frame.tsx";
import { VersionList } from "#components/project/version-list.tsx";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { listVersions } from "#server/usecases/list-versions.ts";
import { shown } from "../../../usecase-page.ts";
import { askedProject, one } from "../../project-head.ts";
import { bringBackVersion } from "../../version-actions.ts";

export const dynamic = "force-dynamic";
type Props = { params: Promise<{ slug: string }>; searchParams: Promise<Record<string, string | string[] | undefined>> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { project } = await askedProject((await params).slug, routes.projectVersions);
  return { title: `${t.projectFiles.versions.title} · ${project.title}`, robots: { index: false } };
}

export default async function VersionsPage({ params, searchParams }: Props) {
  const { slug } = await params;
  const { ctx, project } = await askedProject(slug, routes.projectVersions);
  const cursor = one(await searchParams, "cursor");
  const page = shown(await listVersions(ctx, { projectId: project.id, cursor }));
  return (
    <ProjectFrame project={project} part="versions">
      <h1 className="text-xl">{t.projectFiles.versions.title}</h1>
      <p className="mb-5 text-soft">{t.projectFiles.versions.lead}</p>
      <VersionList project={project} page={page} isFirst={cursor === undefined} restore={bringBackVersion} />
    </ProjectFrame>
  );
}
