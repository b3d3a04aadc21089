import { ArrowLeft } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { Shelf } from "#components/gallery/worksheet-card.tsx";
import { Age } from "#components/layout/age.tsx";
import { Markdown } from "#components/outputs/markdown.tsx";
import { AnswerForm } from "#components/project/answer-form.tsx";
import { withoutHeading } from "#components/worksheet/without-title.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { showOfficialRequest } from "#server/usecases/request-official.ts";
import { askedProject } from "../../../projects/project-head.ts";
import { answerRequest } from "../../../projects/shelf-actions.ts";
import { shown } from "../../../usecase-page.ts";

export const dynamic = "force-dynamic";
export const metadata: Metadata = { title: t.projects.requests.title, robots: { index: false } };

/** The project as its readers see it, what its author says, and the answer. */
export default async function ReviewPage({ params }: { params: Promise<{ slug: string }> }) {
  const { slug } = await params;
  const { ctx, project } = await askedProject(slug, routes.officialRequest);
  if (!project.may.curate) notFound();
  const request = shown(await showOfficialRequest(ctx, { projectId: project.id }));
  const words = t.projects.requests;
  return (
    <div className="page">
      <div className="pt-9 pb-6">
        <p>
          <Link className="inline-flex items-center gap-1.5 text-soft hover:text-accent" href={routes.officialRequests()} prefetch={false}>
            <ArrowLeft size={14} aria-hidden />
            {words.back}
          </Link>
        </p>
        <h1 className="mt-2 text-2xl">
          <Link href={routes.project(slug)} prefetch={false} className="hover:text-accent">
            {project.title}
          </Link>
        </h1>
        {project.description && <p className="mt-2 max-w-2xl font-serif text-lg text-balance text-soft">{project.description}</p>}
        <p className="mt-2 text-soft">
          {project.owner.displayName} · {project.area.title}
        </p>
      </div>
      <div className="with-facts">
        <div className="flex min-w-0 flex-col gap-12">
          <section aria-labelledby="worksheets">
            <h2 id="worksheets" className="mb-5 text-xl">
              {t.projects.page.worksheets}
            </h2>
            {project.worksheets.items.length > 0 ? <Shelf cards={project.worksheets.items} eager={4} /> : <p className="text-soft">{words.noWorksheets}</p>}
          </section>
          {project.readmeHtml && <Markdown html={withoutHeading(project.readmeHtml, [project.title, project.description])} />}
        </div>
        <aside className="order-first flex flex-col gap-5 lg:order-none" aria-label={words.review}>
          {request?.state === "open" ? (
            <>
              <section aria-labelledby="note">
                <h2 id="note" className="text-lg">
                  {words.note}
                </h2>
                <p className="hint mb-1">
                  {request.requestedBy}, <Age at={request.requestedAt} />
                </p>
                <p className="font-serif text-base whitespace-pre-line wrap-anywhere">{request.note || words.noNote}</p>
              </section>
              <AnswerForm requestId={request.id} answer={answerRequest} />
            </>
          ) : (
            <p className="notice">{words.gone}</p>
          )}
        </aside>
      </div>
    </div>
  );
}
