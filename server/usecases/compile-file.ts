import type { CompiledWorksheet, Problem } from "#lib/domain/worksheet.ts";
import { parseNotebook } from "#lib/notebook/parse-notebook.ts";
import { compileWorksheet } from "#lib/worksheet/compile.ts";

export const maxNotebookBytes = 50 * 1024 * 1024;

export type CompiledFile =
  | { readonly worksheet: CompiledWorksheet; readonly problems: readonly Problem[] }
  | { readonly worksheet: null; readonly problems: readonly [Problem, ...Problem[]] };

/** A notebook's file as a worksheet, or the located reasons why it cannot be one. */
export function compileFile(content: Uint8Array, path: string): CompiledFile {
  const notebook = parseNotebook(new TextDecoder().decode(content));
  if (!notebook.ok) return { worksheet: null, problems: [wholeNotebook(notebook.failure.message)] };
  const { worksheet, problems } = compileWorksheet(notebook.value, { path });
  if (worksheet) return { worksheet, problems };
  const [first, ...others] = problems;
  return { worksheet: null, problems: [first ?? wholeNotebook("This notebook cannot be a worksheet."), ...others] };
}

function wholeNotebook(message: string): Problem {
  return { severity: "error", cell: null, line: null, message };
}
