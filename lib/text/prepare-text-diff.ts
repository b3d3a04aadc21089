import type { LineDiff } from "#lib/domain/notebook-diff.ts";
import type { PreparedLine, PreparedTextDiff } from "#lib/domain/notebook-view.ts";
import { diffLines } from "./diff-lines.ts";
import { type CodeLanguage, highlightLines, languageOfPath, markRanges } from "./highlight.ts";

/** Equal lines shown around a change. */
const context = 3;
/** A page with more lines than this helps nobody. */
const mostLines = 4000;

/** How a text file became another, for `<TextDiffView>`. `path` tells what it is written in. */
export function prepareTextDiff(before: string, after: string, path: string): PreparedTextDiff {
  const diff = diffLines(before, after);
  const lines = prepareLines(diff, before, after, languageOfPath(path));
  const shown = new Set<number>();
  for (const [index, line] of diff.entries()) {
    if (line.kind === "same") continue;
    for (let near = Math.max(0, index - context); near <= Math.min(diff.length - 1, index + context); near++) shown.add(near);
  }
  const stretches: { skipped: number; lines: PreparedLine[] }[] = [];
  let [skipped, taken] = [0, 0];
  for (const [index, line] of lines.entries()) {
    if (!shown.has(index) || taken >= mostLines) {
      skipped++;
      continue;
    }
    if (stretches.length === 0 || skipped > 0) stretches.push({ skipped, lines: [] });
    stretches.at(-1)?.lines.push(line);
    skipped = 0;
    taken++;
  }
  const count = (kind: LineDiff["kind"]) => diff.filter((line) => line.kind === kind).length;
  return { added: count("added"), removed: count("removed"), stretches, skippedAtEnd: skipped, isCut: shown.size > mostLines };
}

/** The lines of a difference with colours and marks. */
export function prepareLines(diff: readonly LineDiff[], before: string, after: string, language: CodeLanguage | null): readonly PreparedLine[] {
  const [old, now] = [highlightLines(before.replaceAll("\r\n", "\n"), language), highlightLines(after.replaceAll("\r\n", "\n"), language)];
  return diff.map((line) => {
    const html = (line.after === null ? old[(line.before ?? 1) - 1] : now[line.after - 1]) ?? "";
    return { kind: line.kind, before: line.before, after: line.after, html: line.words ? markRanges(html, line.words) : html };
  });
}
