import type { DisplayCell } from "#lib/domain/worksheet.ts";

/** The notebook's own title, where it says what already stands above it. */
export function withoutTitle(cells: readonly DisplayCell[], title: string): readonly DisplayCell[] {
  const [first, ...others] = cells;
  if (first?.kind !== "markdown") return cells;
  const html = withoutHeading(first.html, [title]);
  if (html === first.html) return cells;
  return html.trim() === "" ? others : [{ ...first, html }, ...others];
}

/** A text without what its page says already: a first title, then a first paragraph, each only if it says the same. */
export function withoutHeading(html: string, said: readonly (string | null)[]): string {
  let rest = html;
  for (const [index, words] of said.entries()) {
    const first = (index === 0 ? /^\s*<h1[^>]*>([\s\S]*?)<\/h1>/ : /^\s*<p[^>]*>([\s\S]*?)<\/p>/).exec(rest);
    if (first && words && plainText(first[1] ?? "") === plainText(words)) rest = rest.slice(first[0].length);
  }
  return rest;
}

function plainText(html: string): string {
  return html
    .replace(/<[^>]*>/g, "")
    .replaceAll("&amp;", "&")
    .replace(/\s+/g, " ")
    .trim()
    .toLowerCase();
}
