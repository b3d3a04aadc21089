import { Parser } from "htmlparser2";

export type TableCell = { readonly text: string; readonly heading: boolean; readonly colSpan: number; readonly rowSpan: number };
export type SimpleTable = {
  readonly caption: string | null;
  readonly header: readonly (readonly TableCell[])[];
  readonly rows: readonly (readonly TableCell[])[];
};

type Draft = {
  caption: string;
  readonly header: TableCell[][];
  readonly rows: TableCell[][];
  row: TableCell[] | null;
  cell: { text: string; heading: boolean; colSpan: number; rowSpan: number } | null;
  readonly open: string[];
  tables: number;
  cells: number;
  simple: boolean;
};

/** Tags of tables and of plain emphasis; everything else makes the HTML more than a table. */
const allowed = new Set([
  "div",
  "p",
  "style",
  "table",
  "caption",
  "thead",
  "tbody",
  "tfoot",
  "tr",
  "th",
  "td",
  "b",
  "strong",
  "i",
  "em",
  "span",
  "sub",
  "sup",
  "br",
  "code",
  "colgroup",
  "col",
]);
const maxCells = 20_000;

/**
 * The table of an output that is nothing but one table of text, as pandas and R's data frames give;
 * null where the HTML is anything more. Only text comes through: no tag, no attribute, no style.
 */
export function readSimpleTable(html: string): SimpleTable | null {
  if (!/<table[\s>]/i.test(html) || html.length > 5_000_000) return null;
  const draft: Draft = { caption: "", header: [], rows: [], row: null, cell: null, open: [], tables: 0, cells: 0, simple: true };
  const parser = new Parser(
    {
      onopentag: (name, attributes) => openTag(draft, name, attributes),
      ontext: (text) => addText(draft, text),
      onclosetag: (name) => closeTag(draft, name),
      onprocessinginstruction: () => {
        draft.simple = false;
      },
    },
    { decodeEntities: true, lowerCaseTags: true },
  );
  parser.write(html);
  parser.end();
  if (!draft.simple || draft.tables !== 1 || draft.header.length + draft.rows.length === 0) return null;
  return { caption: draft.caption.trim() || null, header: draft.header, rows: draft.rows };
}

function openTag(draft: Draft, name: string, attributes: Readonly<Record<string, string>>): void {
  draft.open.push(name);
  // Styled tables say something by their colours, which would be lost.
  const styled = name === "table" && /^T_/.test(attributes.id ?? "");
  const inlineStyle = (name === "td" || name === "span") && /(?:background|color)/i.test(attributes.style ?? "");
  if (!allowed.has(name) || styled || inlineStyle || draft.open.length > 50) draft.simple = false;
  if (!draft.simple) return;
  if (name === "table" && ++draft.tables > 1) draft.simple = false;
  if (name === "tr" && draft.tables === 1) startRow(draft);
  if (name === "br" && draft.cell) draft.cell.text += "\n";
  if (name === "th" || name === "td") {
    if (!draft.row || ++draft.cells > maxCells) draft.simple = false;
    draft.cell = { text: "", heading: name === "th", colSpan: spanOf(attributes.colspan), rowSpan: spanOf(attributes.rowspan) };
  }
}

function startRow(draft: Draft): void {
  draft.row = [];
  (draft.open.includes("thead") ? draft.header : draft.rows).push(draft.row);
}

function addText(draft: Draft, text: string): void {
  if (draft.open.includes("style")) return;
  if (draft.cell) draft.cell.text += text;
  else if (draft.open.includes("caption") || (draft.open.includes("p") && draft.tables <= 1)) draft.caption += text;
  else if (text.trim() !== "") draft.simple = false;
}

function closeTag(draft: Draft, name: string): void {
  draft.open.pop();
  if ((name === "th" || name === "td") && draft.cell && draft.row) {
    draft.row.push({ ...draft.cell, text: draft.cell.text.trim() });
    draft.cell = null;
  }
  if (name === "tr") draft.row = null;
}

function spanOf(text: string | undefined): number {
  const span = Number(text ?? 1);
  return Number.isInteger(span) && span >= 1 && span <= 1000 ? span : 1;
}
