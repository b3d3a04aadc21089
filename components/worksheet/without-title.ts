import type { DisplayCell } from "#lib/domain/worksheet.ts";

/** The notebook's own title, where it says what already stands above it. */
export function withoutTitle(cells: readonly DisplayCell[], title: string): readonly DisplayCell[] {
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
