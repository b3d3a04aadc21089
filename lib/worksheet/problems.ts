import type { Problem } from "#lib/domain/worksheet.ts";

/** A problem inside one cell, whose number the caller knows. */
export type LineProblem = Omit<Problem, "cell">;

export function noteAt(severity: Problem["severity"], line: number | null, message: string): LineProblem {
  return { severity, line, message };
}

export function inCell(cell: number, problems: readonly LineProblem[]): readonly Problem[] {
  return problems.map((problem) => ({ ...problem, cell }));
}
