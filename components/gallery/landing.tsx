import { ArrowRight } from "lucide-react";
import Link from "next/link";
import type { AreaView, Page, ProjectCard, WorksheetCard } from "#lib/domain/worksheet.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { AreaMark } from "./area-mark.tsx";
import { ProjectRows } from "./project-rows.tsx";
import { SearchForm } from "./search-form.tsx";
import { Shelf } from "./worksheet-card.tsx";

export type LandingView = { readonly areas: readonly AreaView[]; readonly worksheets: Page<WorksheetCard>; readonly projects: Page<ProjectCard> };

const shelfLength = 6;

export function Landing({ view }: { view: LandingView }) {
  const { items, next } = view.worksheets;
  const official = items.filter((card) => card.official).slice(0, shelfLength);
  const shown = new Set(official.map((card) => card.id));
  const others = items.filter((card) => !shown.has(card.id));
  const newest = others.toSorted((a, b) => b.publishedAt.localeCompare(a.publishedAt));
  return (
    <div className="page">
      <div className="pt-10 pb-8 sm:pt-14">
        <h1 className="max-w-2xl text-2xl sm:text-3xl">{t.gallery.title}</h1>
        <p className="mt-3 mb-6 max-w-2xl font-serif text-lg text-soft">{t.gallery.lead}</p>
        <SearchForm />
      </div>
      {items.length === 0 ? (
        <Empty />
      ) : (
        <div className="grid gap-x-14 gap-y-12 lg:grid-cols-[minmax(0,1fr)_14rem]">
          <div className="flex min-w-0 flex-col gap-12">
            {official.length > 0 && (
              <section aria-labelledby="official">
                <Heading id="official" title={t.gallery.official} hint={t.gallery.officialHint} />
                <Shelf cards={official} eager={3} />
              </section>
            )}
            {newest.length > 0 && (
              <section aria-labelledby="newest">
                <Heading id="newest" title={t.gallery.newest} />
                <Shelf cards={newest} eager={official.length > 0 ? 0 : 3} />
              </section>
            )}
            <Link className="button self-start" href={next ? `/search?cursor=${encodeURIComponent(next)}` : routes.search("")}>
              {next ? t.gallery.more : t.gallery.all}
              <ArrowRight size={16} aria-hidden />
            </Link>
          </div>
          <aside className="contents lg:flex lg:flex-col lg:gap-8">
            <div className="order-first lg:order-none">
              <Areas areas={view.areas} />
            </div>
            <Projects projects={view.projects} />
          </aside>
        </div>
      )}
    </div>
  );
}

function Heading({ id, title, hint }: { id: string; title: string; hint?: string }) {
  return (
    <div className="mb-5 flex flex-wrap items-baseline gap-x-4">
      <h2 id={id} className="text-xl">
        {title}
      </h2>
      {hint && <p className="text-soft">{hint}</p>}
    </div>
  );
}

function Areas({ areas }: { areas: readonly AreaView[] }) {
  return (
    <nav aria-labelledby="areas">
      <h2 id="areas" className="mb-2 text-lg">
        {t.gallery.areas}
      </h2>
      <ul className="rows grid grid-cols-2 gap-x-6 sm:grid-cols-3 lg:grid-cols-1">
        {areas.map((area) => (
          <li key={area.slug}>
            <Link href={routes.area(area.slug)} prefetch={false} className="area-link">
              <AreaMark slug={area.slug} />
              <span className="area-name min-w-0 grow">{area.title}</span>
              <span className="text-soft tabular-nums">
                {area.worksheets.toLocaleString("en")}
                <span className="sr-only"> {t.gallery.worksheets(area.worksheets).replace(/^\S+ /, "")}</span>
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Projects({ projects }: { projects: Page<ProjectCard> }) {
  if (projects.items.length === 0) return null;
  return (
    <nav aria-labelledby="projects">
      <h2 id="projects" className="text-lg">
        {t.gallery.projects}
      </h2>
      <p className="hint mb-2">{t.gallery.projectsHint}</p>
      <ProjectRows projects={projects.items} />
      {projects.next && (
        <Link href={routes.projects()} className="button button-small mt-4">
          {t.gallery.allProjects}
          <ArrowRight size={14} aria-hidden />
        </Link>
      )}
    </nav>
  );
}

function Empty() {
  return (
    <section className="border-t border-line py-10">
      <h2 className="text-xl">{t.gallery.emptyTitle}</h2>
      <p className="mt-2 max-w-xl font-serif text-lg text-soft">{t.gallery.empty}</p>
      <Link href="/about" className="button mt-5">
        {t.header.about}
      </Link>
    </section>
  );
}
