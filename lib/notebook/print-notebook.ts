import { canonicalJson } from "#lib/canonical-json.ts";
import type { Cell, MimeBundle, Notebook, Output } from "./nbformat.ts";

/** Mime types beside text/* that Jupyter stores as arrays of lines. */
const splitTypes = new Set(["application/javascript", "image/svg+xml"]);

/** The text of an .ipynb file as Jupyter itself writes it, so that a saved notebook gives small diffs. */
export function printNotebook(notebook: Notebook): string {
  const withIds = notebook.nbformat_minor >= 5;
  return `${canonicalJson({ ...notebook, cells: notebook.cells.map((cell) => splitCell(cell, withIds)) }, 1)}\n`;
}

function splitCell(cell: Cell, withIds: boolean): object {
  const { id, ...rest } = cell;
  const common = { ...rest, ...(withIds && id !== undefined ? { id } : {}), source: splitLines(cell.source) };
  if (cell.cell_type === "code") return { ...common, outputs: cell.outputs.map(splitOutput) };
  if (!cell.attachments) return common;
  return { ...common, attachments: Object.fromEntries(Object.entries(cell.attachments).map(([name, bundle]) => [name, splitBundle(bundle)])) };
}

function splitOutput(output: Output): object {
  if (output.output_type === "stream") return { ...output, text: splitLines(output.text) };
  return output.output_type === "error" ? output : { ...output, data: splitBundle(output.data) };
}

function splitBundle(bundle: MimeBundle): MimeBundle {
  return Object.fromEntries(
    Object.entries(bundle).map(([type, data]) => [
      type,
      typeof data === "string" && (type.startsWith("text/") || splitTypes.has(type)) ? splitLines(data) : data,
    ]),
  );
}

/** Lines with their ends kept, at all the places where Python's `splitlines` ends a line. */
function splitLines(text: string): string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the line ends of Python's str.splitlines.
  return text.match(/[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]*(?:\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029])|[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+$/g) ?? [];
}
