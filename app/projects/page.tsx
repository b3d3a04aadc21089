import { ArrowRight } from "lucide-react";
import Link from "next/link";
import { ProjectRows } from "#components/gallery/project-rows.tsx";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { requestContext } from "#server/next/request-context.ts";
import { listProjects } from "#server/usecases/list-projects.ts";
import { shown } from "../usecase-page.ts";

export const dynamic = "force-dynamic";
export const metadata = { title: t.gallery.projects };

export default async function ProjectsPage({ searchParams }: { searchParams: Promise<{ cursor?: string | string[] }> }) {
  const { cursor } = await searchParams;
  const { items, next } = shown(await listProjects(await requestContext(), { cursor: typeof cursor === "string" ? cursor : undefined }));
  return (
    <div className="page">
      <div className="pt-9 pb-8">
        <h1 className="text-2xl">{t.gallery.projects}</h1>
        <p className="mt-2 max-w-2xl font-serif text-lg text-soft">{t.gallery.projectsHint}</p>
      </div>
      <div className="max-w-3xl">
        <ProjectRows projects={items} described />
      </div>
      {next && (
        <Link className="button mt-10" href={`${routes.projects()}?cursor=${encodeURIComponent(next)}`}>
          {t.search.next}
          <ArrowRight size={16} aria-hidden />
        </Link>
      )}
    </div>
  );
}
