import { ArrowRight } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { SearchForm } from "#components/gallery/search-form.tsx";
import { Shelf } from "#components/gallery/worksheet-card.tsx";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { requestContext } from "#server/next/request-context.ts";
import { listAreas } from "#server/usecases/list-areas.ts";
import { listWorksheets } from "#server/usecases/list-worksheets.ts";
import { shown } from "../usecase-page.ts";

type Asked = Promise<Record<string, string | string[] | undefined>>;

export async function generateMetadata({ searchParams }: { searchParams: Asked }): Promise<Metadata> {
  return { title: t.search.title(one(await searchParams, "q")), robots: { index: false } };
}

export default async function SearchPage({ searchParams }: { searchParams: Asked }) {
  const asked = await searchParams;
  const [query, area, cursor] = [one(asked, "q").slice(0, 200), one(asked, "area"), one(asked, "cursor")];
  const ctx = await requestContext();
  const [areas, page] = await Promise.all([
    listAreas(ctx),
    listWorksheets(ctx, { query: query || undefined, area: area || undefined, cursor: cursor || undefined }),
  ]);
  const { items, next } = shown(page);
  const address = (more: Record<string, string>) => `/search?${new URLSearchParams({ ...(query && { q: query }), ...(area && { area }), ...more })}`;
  return (
    <div className="page">
      <div className="pt-9 pb-8">
        <h1 className="mb-4 text-2xl">{t.search.title(query)}</h1>
        <SearchForm key={`${query} ${area}`} query={query} area={area} areas={shown(areas)} />
      </div>
      {items.length === 0 ? (
        <div className="border-t border-line py-8">
          <p className="font-serif text-lg">{query ? t.search.none(query) : t.gallery.emptyArea}</p>
          <p className="mt-1 text-soft">{t.search.noneHint}</p>
          <Link className="button mt-5" href={routes.search("")}>
            {t.gallery.all}
          </Link>
        </div>
      ) : (
        <>
          <h2 className="sr-only">{t.gallery.cards}</h2>
          <Shelf cards={items} eager={6} />
        </>
      )}
      <nav className="mt-10 flex gap-3" aria-label={t.search.pages}>
        {cursor && (
          <Link className="button" href={address({})}>
            {t.search.first}
          </Link>
        )}
        {next && (
          <Link className="button" href={address({ cursor: next })}>
            {t.search.next}
            <ArrowRight size={16} aria-hidden />
          </Link>
        )}
      </nav>
    </div>
  );
}

function one(asked: Record<string, string | string[] | undefined>, name: string): string {
  const value = asked[name];
  return (typeof value === "string" ? value : (value?.[0] ?? "")).trim();
}
