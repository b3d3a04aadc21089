import type { ReadCell } from "./notebook-constants.ts";
import type { Statement } from "./source.ts";

/** Whole lines of a source: `from` and `to` count from 0, `to` is the line behind the last. */
export type Lines = { readonly from: number; readonly to: number; readonly text: string };

/** The lines of a statement with the comments right above it; null where other code stands on one of them. */
export function linesOf({ source, statements, comments }: ReadCell, statement: Statement): Lines | null {
  const lines = source.split("\n");
  const from = lineAt(source, statement.start);
  const to = lineAt(source, statement.end) + 1;
  const [first, last] = [source.lastIndexOf("\n", statement.start - 1) + 1, source.indexOf("\n", statement.end)];
  const end = last < 0 ? source.length : last;
  if (statements.some((other) => other !== statement && other.start < end && other.end > first)) return null;
  const behind = source.slice(statement.end, end).trim();
  if (source.slice(first, statement.start).trim() !== "" || (behind !== "" && !behind.startsWith("#"))) return null;
  const alone = new Set(comments.map((comment) => comment.line - 1).filter((line) => (lines[line] ?? "").startsWith("#")));
  let top = from;
  while (alone.has(top - 1)) top--;
  return { from: top, to, text: lines.slice(top, to).join("\n") };
}

/** Without the empty lines that are then at its beginning and end. */
export function withoutLines(source: string, gone: readonly Lines[]): string {
  const lines = source.split("\n").filter((_, line) => !gone.some(({ from, to }) => line >= from && line < to));
  return lines.join("\n").replace(/^\n+/, "").replace(/\n+$/, "");
}

function lineAt(source: string, offset: number): number {
  let line = 0;
  for (let at = source.indexOf("\n"); at >= 0 && at < offset; at = source.indexOf("\n", at + 1)) line++;
  return line;
}
