import "server-only";
import Link from "next/link";
import { AreaMark } from "#components/gallery/area-mark.tsx";
import { Collection } from "#components/gallery/collection.tsx";
import { Markdown } from "#components/outputs/markdown.tsx";
import { withoutHeading } from "#components/worksheet/without-title.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import type { Context } from "#server/context.ts";
import { showProject } from "#server/usecases/show-project.ts";
import { shown } from "../usecase-page.ts";

export async function ProjectPage({ ctx, slug, cursor }: { ctx: Context; slug: string; cursor?: string | undefined }) {
  const project = shown(await showProject(ctx, { slug, cursor }));
  const eyebrow = (
    <>
      <AreaMark slug={project.area.slug} />
      <Link href={routes.area(project.area.slug)} className="hover:text-ink">
        {project.area.title}
      </Link>
      {` · ${t.project.kind} ${t.project.by(project.owner)}`}
    </>
  );
  return (
    <>
      <Collection
        eyebrow={eyebrow}
        title={project.title}
        lead={project.description}
        page={project.worksheets}
        empty={t.gallery.emptyProject}
        nextHref={(next) => `${routes.project(slug)}?cursor=${encodeURIComponent(next)}`}
      />
      {project.readmeHtml && (
        <section className="page mt-14" aria-label={t.project.readme}>
          <div className="border-t border-line pt-8">
            <Markdown html={withoutHeading(project.readmeHtml, [project.title, project.description])} />
          </div>
        </section>
      )}
    </>
  );
}
