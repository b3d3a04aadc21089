import type { Metadata } from "next";
import { notFound, redirect } from "next/navigation";
import { LabPage } from "#components/lab/lab-page.tsx";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import type { Context } from "#server/context.ts";
import { listVersionFiles } from "#server/usecases/list-version-files.ts";
import { showEnvironment } from "#server/usecases/show-environment.ts";
import { askedProject, one } from "../../project-head.ts";

export const dynamic = "force-dynamic";
type Props = { params: Promise<{ slug: string }>; searchParams: Promise<Record<string, string | string[] | undefined>> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { project } = await askedProject((await params).slug, routes.lab);
  return { title: t.lab.title(project.title), robots: { index: false } };
}

export default async function ProjectLabPage({ params, searchParams }: Props) {
  const { slug } = await params;
  const asked = one(await searchParams, "path") ?? null;
  const { ctx, project } = await askedProject(slug, (now) => routes.lab(now, asked ?? undefined));
  if (ctx.actor.kind !== "user") redirect(routes.signIn(routes.lab(slug, asked ?? undefined)));
  if (!project.may.write) notFound();
  const notebooks = await notebooksOf(ctx, project.id);
  const first = project.type === "shell" ? null : (notebooks[0] ?? null);
  const environment = await showEnvironment(ctx, { projectId: project.id });
  const asks = environment.ok && environment.value.inLabs === "asks";
  return <LabPage project={project} path={asked ?? first} notebooks={notebooks} asksForEnvironment={asks} />;
}

/** Those beside each other at the top; one that lies deeper is found once it is open. */
async function notebooksOf(ctx: Context, projectId: string): Promise<string[]> {
  const listed = await listVersionFiles(ctx, { projectId });
  if (!listed.ok) return [];
  return listed.value.items.flatMap(({ kind, path }) => (kind === "file" && path.endsWith(".ipynb") ? [path] : []));
}
