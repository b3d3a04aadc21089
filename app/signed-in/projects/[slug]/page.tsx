import type { Metadata } from "next";
import { requestContext } from "#server/next/request-context.ts";
import { showProject } from "#server/usecases/show-project.ts";
import { ProjectPage } from "../../../projects/project-page.tsx";
import { shown } from "../../../usecase-page.ts";

export const dynamic = "force-dynamic";
type Props = { params: Promise<{ slug: string }>; searchParams: Promise<{ cursor?: string | string[] }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { slug } = await params;
  return { title: shown(await showProject(await requestContext(), { slug })).title, alternates: { canonical: `/projects/${slug}` } };
}

/** Also where the further pages of a large project are, which no shared page holds: next.config sends `?cursor=` here. */
export default async function SignedInProjectPage({ params, searchParams }: Props) {
  const { cursor } = await searchParams;
  return <ProjectPage ctx={await requestContext()} slug={(await params).slug} cursor={typeof cursor === "string" ? cursor : undefined} />;
}
