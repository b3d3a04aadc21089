import type { DisplayCell } from "#lib/domain/worksheet.ts";

/** For each code cell the nearest heading before it, or a bold line that stands alone as a caption does; the worksheet's title before the first. */
export function captionsOf(cells: readonly DisplayCell[], title: string): ReadonlyMap<number, string> {
  const captions = new Map<number, string>();
  let caption = title;
  for (const cell of cells) {
    if (cell.kind === "code") captions.set(cell.index, caption);
    else caption = lastCaption(cell.html) ?? caption;
  }
  return captions;
}

/** The HTML is our own renderer's, so that its tags nest and are written in small letters. */
function lastCaption(html: string): string | null {
  const found = [...html.matchAll(/<(h[1-6])[ >][\s\S]*?<\/\1>|<p><strong>[^<]+<\/strong><\/p>|<figcaption>[\s\S]*?<\/figcaption>/g)].map(([part]) =>
    words(part),
  );
  return found.findLast((text) => text !== "")?.slice(0, 300) ?? null;
}

/** Formulas are left to those who read them: their markup says everything twice. */
function words(html: string): string {
  return html
    .replaceAll(/<annotation[\s\S]*?<\/annotation>|<[^>]*>/g, "")
    .replaceAll(/&(lt|gt|quot|#39|#x27|nbsp|amp);/g, (_all, name: string) => entities[name] ?? " ")
    .replaceAll(/\s+/g, " ")
    .trim();
}

const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', "#39": "'", "#x27": "'", amp: "&", nbsp: " " };
