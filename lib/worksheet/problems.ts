import type { Problem } from "#lib/domain/worksheet.ts";

/** A problem inside one cell, whose number the caller knows. */
export type LineProblem = Omit<Problem, "cell">;

export function noteAt(severity: Problem["severity"], line: number | null, message: string): LineProblem {
  return { severity, line, message };
}

/** Where it is, as people count: cells from 1. */
export function placeOf({ cell, line }: Pick<Problem, "cell" | "line">): string {
  if (cell === null) return "Notebook";
  return line === null ? `Cell ${cell + 1}` : `Cell ${cell + 1}, line ${line}`;
}

/** What is wrong with its place before it, where it does not begin with that itself. */
export function placedMessage({ cell, line, message }: Pick<Problem, "cell" | "line" | "message">): string {
  const place = placeOf({ cell, line });
  return message.startsWith(`${place} `) ? message : `${place}: ${message}`;
}

export function inCell(cell: number, problems: readonly LineProblem[]): readonly Problem[] {
  return problems.map((problem) => ({ ...problem, cell }));
}
