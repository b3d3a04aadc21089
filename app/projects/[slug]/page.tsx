import type { Metadata } from "next";
import { routes } from "#lib/routes.ts";
import { publicContext } from "#server/next/request-context.ts";
import { showProject } from "#server/usecases/show-project.ts";
import { shown } from "../../usecase-page.ts";
import { ProjectPage } from "../project-page.tsx";

export const revalidate = 60;
type Props = { params: Promise<{ slug: string }> };

export function generateStaticParams() {
  return [];
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const project = shown(await showProject(await publicContext(), { slug: (await params).slug }));
  return { title: project.title, description: project.description, alternates: { canonical: routes.project(project.slug) } };
}

export default async function SharedProjectPage({ params }: Props) {
  return <ProjectPage ctx={await publicContext()} slug={(await params).slug} />;
}
