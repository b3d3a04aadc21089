import { Search } from "lucide-react";
import Form from "next/form";
import type { AreaView } from "#lib/domain/worksheet.ts";
import { t } from "#lib/messages/en.ts";

/** Works without scripts: an ordinary form that leads to the page of results. */
export function SearchForm({ query = "", area = "", areas = [] }: { query?: string; area?: string; areas?: readonly AreaView[] }) {
  return (
    <Form action="/search" role="search" className="flex max-w-2xl flex-wrap gap-2">
      <div className="relative min-w-0 grow basis-64">
        <Search size={17} aria-hidden className="pointer-events-none absolute top-1/2 left-3 -translate-y-1/2 text-soft" />
        <input
          type="search"
          name="q"
          defaultValue={query}
          aria-label={t.gallery.searchLabel}
          placeholder={t.gallery.searchPlaceholder}
          maxLength={200}
          className="field h-11 pl-10"
        />
      </div>
      {areas.length > 0 && (
        <select name="area" defaultValue={area} aria-label={t.search.inArea} className="field h-11 w-auto">
          <option value="">{t.search.anyArea}</option>
          {areas.map((one) => (
            <option key={one.slug} value={one.slug}>
              {one.title}
            </option>
          ))}
        </select>
      )}
      <button type="submit" className="button h-11">
        {t.gallery.searchButton}
      </button>
    </Form>
  );
}
