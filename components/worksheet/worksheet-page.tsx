import Link from "next/link";
import { AreaMark } from "#components/gallery/area-mark.tsx";
import { RunRecordView } from "#components/run/run-record.tsx";
import type { WorksheetView } from "#lib/domain/worksheet.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { Workbench } from "./workbench.tsx";

/** The same for everybody: what is personal joins in the browser. */
export function WorksheetPage({ view }: { view: WorksheetView }) {
  const { card } = view;
  return (
    <div className="page">
      <header className="pt-8 pb-6">
        <p className="eyebrow">
          <AreaMark slug={card.area.slug} />
          <Link href={routes.area(card.area.slug)} className="hover:text-ink">
            {card.area.title}
          </Link>
          {" · "}
          <Link href={routes.project(card.project.slug)} className="hover:text-ink">
            {card.project.title}
          </Link>
        </p>
        <h1 className="mt-1 max-w-3xl text-2xl">{card.title}</h1>
        <p className="mt-2 max-w-2xl font-serif text-lg text-soft">{card.summary}</p>
        <p className="mt-2 text-soft">
          {card.author} · {t.gallery.languages[card.language]}
          {card.official && <span className="text-accent"> · {t.gallery.officialMark}</span>}
        </p>
      </header>
      <noscript>
        <p className="notice mb-6">{t.worksheet.script}</p>
      </noscript>
      <Workbench view={view} />
      {/* Beside the results, under the wide column. */}
      <div className="mt-12 min-[60rem]:ml-[23.5rem]">
        {view.dataSources && (
          <section className="mb-8 max-w-2xl" aria-labelledby="sources">
            <h2 id="sources" className="mb-1 text-lg">
              {t.worksheet.sources}
            </h2>
            <p className="font-serif text-base text-soft">{view.dataSources}</p>
          </section>
        )}
        <section aria-labelledby="what-ran">
          <h2 id="what-ran" className="mb-2 text-lg">
            {t.record.title}
          </h2>
          <RunRecordView worksheet={card} record={view.result?.record ?? null} runId={view.result?.id ?? null} parameters={view.parameters} fallback={{ commit: view.commit, notebookPath: view.notebookPath, environment: view.environment }} />
        </section>
      </div>
    </div>
  );
}
