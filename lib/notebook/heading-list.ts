import { Parser } from "htmlparser2";
import type { ContentsEntry } from "#lib/domain/notebook-view.ts";

const longestTitle = 200;

/** The headings of HTML that `renderMarkdown` made: their level, their words, and the id that a link leads to. */
export function headingsOf(html: string): readonly ContentsEntry[] {
  if (!/<h[1-6]/.test(html)) return [];
  const found: { level: number; title: string; anchor: string }[] = [];
  let current: { level: number; title: string; anchor: string } | null = null;
  // A formula stands there three times: as it was written is the one that a list can hold.
  const path: string[] = [];
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        if (/^h[1-6]$/.test(name)) current = { level: Number(name[1]), title: "", anchor: attributes.id ?? "" };
        path.push(attributes.class === "katex-html" || attributes.class === "katex-mathml" ? attributes.class : name);
      },
      ontext(text) {
        if (!current || path.includes("katex-html")) return;
        if (!path.includes("katex-mathml") || path.at(-1) === "annotation") current.title += text;
      },
      onclosetag(name) {
        path.pop();
        if (!current || !/^h[1-6]$/.test(name)) return;
        const title = current.title.replaceAll(/\s+/g, " ").trim().slice(0, longestTitle);
        if (title !== "" && current.anchor !== "") found.push({ ...current, title });
        current = null;
      },
    },
    { decodeEntities: true },
  );
  parser.end(html);
  return found;
}
