import { ArrowRight } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { Age } from "#components/layout/age.tsx";
import type { OfficialRequestView } from "#lib/domain/project.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { requestContext } from "#server/next/request-context.ts";
import { listOfficialRequests } from "#server/usecases/decide-official-request.ts";
import { one } from "../../projects/project-head.ts";
import { shown } from "../../usecase-page.ts";

export const dynamic = "force-dynamic";
export const metadata: Metadata = { title: t.projects.requests.title, robots: { index: false } };

export default async function RequestsPage({ searchParams }: { searchParams: Promise<Record<string, string | string[] | undefined>> }) {
  const ctx = await requestContext();
  const [open, decided] = await Promise.all([
    listOfficialRequests(ctx, { cursor: one(await searchParams, "cursor") }),
    listOfficialRequests(ctx, { which: "decided", limit: 12 }),
  ]);
  const waiting = shown(open);
  const answered = shown(decided).items;
  const words = t.projects.requests;
  return (
    <div className="page page-reading">
      <div className="pt-9 pb-8">
        <h1 className="text-2xl">{words.title}</h1>
        <p className="mt-2 font-serif text-lg text-soft">{words.lead}</p>
      </div>
      {waiting.items.length === 0 ? (
        <p className="border-t border-line py-6 font-serif text-lg text-soft">{words.none}</p>
      ) : (
        <ul className="rows">
          {waiting.items.map((request) => (
            <li key={request.id} className="entry justify-between">
              <Request request={request} />
              <Link
                className="button button-small"
                href={routes.officialRequest(request.project.slug)}
                prefetch={false}
                aria-label={words.reviewOf(request.project.title)}
              >
                {words.review}
              </Link>
            </li>
          ))}
        </ul>
      )}
      {waiting.next && (
        <Link className="button mt-6" href={`${routes.officialRequests()}?cursor=${encodeURIComponent(waiting.next)}`}>
          {words.more}
          <ArrowRight size={15} aria-hidden />
        </Link>
      )}
      {answered.length > 0 && (
        <section className="mt-12" aria-labelledby="answered">
          <h2 id="answered" className="mb-2 text-lg">
            {words.answered}
          </h2>
          <ul className="rows">
            {answered.map((request) => (
              <li key={request.id} className="entry">
                <Request request={request} />
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

function Request({ request }: { request: OfficialRequestView }) {
  const words = t.projects.requests;
  return (
    <div className="min-w-0 grow basis-56">
      <Link className="entry-title wrap-anywhere" href={routes.project(request.project.slug)} prefetch={false}>
        {request.project.title}
      </Link>
      <p className="text-soft">
        {request.project.owner} · {t.projects.worksheets(request.project.worksheets)} ·{" "}
        {request.state === "open" ? <Age at={request.requestedAt} prefix={words.asked} /> : words.states[request.state]}
        {request.state !== "open" && request.decidedAt && (
          <>
            {" "}
            <Age at={request.decidedAt} />
          </>
        )}
      </p>
      {request.note && <p className="mt-1 font-serif text-base whitespace-pre-line wrap-anywhere">{request.note}</p>}
      {request.answer && <p className="mt-1 border-l-2 border-line pl-3 whitespace-pre-line wrap-anywhere text-soft">{request.answer}</p>}
    </div>
  );
}
