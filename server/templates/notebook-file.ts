import type { Cell } from "#lib/notebook/nbformat.ts";
import { printNotebook } from "#lib/notebook/print-notebook.ts";
import { randomText } from "#server/ids.ts";

export type TemplateCell =
  | { readonly markdown: string }
  | { readonly code: string; readonly tags?: readonly string[]; readonly parameters?: Readonly<Record<string, object>> };

const kernels = {
  python: {
    kernelspec: { display_name: "Python 3 (ipykernel)", language: "python", name: "python3" },
    language_info: { name: "python", file_extension: ".py", mimetype: "text/x-python" },
  },
  r: {
    kernelspec: { display_name: "R", language: "R", name: "ir" },
    language_info: { name: "R", file_extension: ".r", mimetype: "text/x-r-source" },
  },
};

/** A notebook as Jupyter would have saved it. */
export function notebookFile(language: keyof typeof kernels, cells: readonly TemplateCell[]): Uint8Array {
  const notebook = { nbformat: 4 as const, nbformat_minor: 5, metadata: kernels[language], cells: cells.map(toCell) };
  return new TextEncoder().encode(printNotebook(notebook));
}

function toCell(cell: TemplateCell): Cell {
  const id = randomText(8);
  if ("markdown" in cell) return { cell_type: "markdown", id, metadata: {}, source: cell.markdown };
  const metadata = { ...(cell.tags ? { tags: cell.tags } : {}), ...(cell.parameters ? { sheaf: { parameters: cell.parameters } } : {}) };
  return { cell_type: "code", id, metadata, source: cell.code, outputs: [], execution_count: null };
}
