/**
 * Markdown as plain text: what the search index, titles and hints need. Rendering is done elsewhere.
 * Marks reach over a bounded distance, so that text made of nothing but openings costs no square of its length.
 */
export function plainText(markdown: string): string {
  return markdown
    .replaceAll(/<!--[\s\S]*?(?:-->|$)/g, " ")
    .replaceAll(/^ {0,3}(?:```|~~~).*$/gm, "")
    .replaceAll(/^ {0,3}(?:#{1,6}[ \t]|>[ \t]?|[-*+][ \t]|\d{1,9}[.)][ \t])/gm, "")
    .replaceAll(/^ {0,3}(?:=+|-+|\*{3,}|_{3,})[ \t]*$/gm, "")
    .replaceAll(/!?\[([^[\]\n]{0,300})\]\([^()\n]{0,500}\)/g, "$1")
    .replaceAll(/<\/?[A-Za-z][^<>\n]{0,500}>/g, "")
    .replaceAll(/(\*\*|__)(?=\S)([^\n]{0,300}?\S)\1/g, "$2")
    .replaceAll(/(?<![\w*])[*_](?=\S)([^*_\n]{0,300}[^*_\s])[*_](?!\w)/g, "$1")
    .replaceAll("`", "")
    .replaceAll(/\\([!-/:-@[-`{-~])/g, "$1")
    .replaceAll(/\s+/g, " ")
    .trim();
}

export type Heading = { readonly title: string; readonly after: string };

/** The first heading outside code fences, as plain text, and the Markdown after it. */
export function firstHeading(markdown: string): Heading | null {
  const lines = markdown.split(/\r?\n/);
  let fenced = false;
  for (const [at, whole] of lines.entries()) {
    const line = whole.slice(0, 1000);
    if (/^ {0,3}(?:```|~~~)/.test(line)) fenced = !fenced;
    if (fenced) continue;
    const marked = /^ {0,3}#{1,6}[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$/.exec(line)?.[1];
    const underlined = marked === undefined && line.trim() !== "" && /^ {0,3}(?:=+|-{2,})[ \t]*$/.test(lines[at + 1] ?? "");
    const title = plainText(marked ?? (underlined ? line : ""));
    if (title !== "") return { title, after: lines.slice(at + (underlined ? 2 : 1)).join("\n") };
  }
  return null;
}

/** The first paragraph of running text, before any further heading; empty where there is none. */
export function firstParagraph(markdown: string): string {
  for (const block of markdown.split(/\r?\n[ \t]*\r?\n/)) {
    const text = block.trim();
    if (text === "") continue;
    if (/^#{1,6}[ \t]/.test(text)) return "";
    if (/^(?:[-*+>|!<]|\d+[.)]|```|~~~|\$\$)/.test(text) && !/^\*{1,2}[^\s*]/.test(text)) continue;
    const plain = plainText(text);
    if (plain !== "") return plain;
  }
  return "";
}
