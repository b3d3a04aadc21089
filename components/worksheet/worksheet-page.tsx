import Link from "next/link";
import { AreaMark } from "#components/gallery/area-mark.tsx";
import type { DisplayCell, WorksheetView } from "#lib/domain/worksheet.ts";
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
          {card.project.title !== card.title && (
            <>
              {" · "}
              <Link href={routes.project(card.project.slug)} className="hover:text-ink">
                {card.project.title}
              </Link>
            </>
          )}
        </p>
        <h1 className="mt-1 max-w-3xl text-2xl">{card.title}</h1>
        <p className="mt-2 max-w-2xl font-serif text-lg text-soft">{card.summary}</p>
        <p className="mt-2 text-soft">
          {card.author} · {t.gallery.languages[card.language]} ·{" "}
          <Link href={routes.project(card.project.slug)} className="hover:text-ink">
            {t.project.kind}
          </Link>
          {card.official && <span className="text-accent"> · {t.gallery.officialMark}</span>}
        </p>
      </header>
      <noscript>
        <p className="notice mb-6">{t.worksheet.script}</p>
      </noscript>
      <Workbench view={{ ...view, cells: withoutTitle(view.cells, card.title) }} />
    </div>
  );
}

/** The notebook's own title, where it says what already stands above it. */
function withoutTitle(cells: readonly DisplayCell[], title: string): readonly DisplayCell[] {
  const [first, ...others] = cells;
  if (first?.kind !== "markdown") return cells;
  const heading = /^\s*<h1[^>]*>([\s\S]*?)<\/h1>/.exec(first.html);
  if (!heading || plainText(heading[1] ?? "") !== plainText(title)) return cells;
  const html = first.html.slice(heading[0].length);
  return html.trim() === "" ? others : [{ ...first, html }, ...others];
}

function plainText(html: string): string {
  return html
    .replace(/<[^>]*>/g, "")
    .replaceAll("&amp;", "&")
    .replace(/\s+/g, " ")
    .trim()
    .toLowerCase();
}
