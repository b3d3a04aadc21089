import type { CellDiff, OutputDiff } from "#lib/domain/notebook-diff.ts";
import type { DiffEntry, PreparedDiff, PreparedOutput, PreparedOutputDiff, UnchangedCell } from "#lib/domain/notebook-view.ts";
import { diffLines } from "#lib/text/diff-lines.ts";
import { type CodeLanguage, highlight } from "#lib/text/highlight.ts";
import { prepareLines } from "#lib/text/prepare-text-diff.ts";
import { outputsOf } from "./compare-cells.ts";
import { diffNotebooks } from "./diff-notebooks.ts";
import type { Cell, Notebook, Output } from "./nbformat.ts";
import { presentCellOutput } from "./present-cell-output.ts";
import { languageOfNotebook } from "./present-notebook.ts";

/** All sources of unchanged cells together; beyond it they are told by their first lines. */
const mostUnchanged = 400_000;

/** How two notebooks differ, as a page needs it. Runs of unchanged cells are one entry. */
export function presentDiff(before: Notebook | null, after: Notebook | null): PreparedDiff {
  const diff = diffNotebooks(before, after);
  const languages = { before: before ? languageOfNotebook(before) : null, after: after ? languageOfNotebook(after) : null };
  const entries: DiffEntry[] = [];
  let unchanged: UnchangedCell[] = [];
  let room = mostUnchanged;
  const finish = () => {
    if (unchanged.length > 0) entries.push({ kind: "unchanged", cells: unchanged });
    unchanged = [];
  };
  for (const cell of diff.cells) {
    if (cell.kind === "same") {
      unchanged.push(unchangedCell(cell.after.cell, cell.after.index, languages.after, room));
      room -= cell.after.cell.source.length;
      continue;
    }
    finish();
    entries.push(entryOf(cell, languages));
  }
  finish();
  return { counts: diff.counts, metadata: diff.metadata, entries };
}

type Languages = { readonly before: CodeLanguage | null; readonly after: CodeLanguage | null };

function unchangedCell(cell: Cell, index: number, language: CodeLanguage | null, room: number): UnchangedCell {
  const source = cell.source.length <= room ? cell.source : cell.source.slice(0, 1000).split("\n").slice(0, 3).join("\n");
  return { type: cell.cell_type, after: index + 1, html: highlight(source, languageOf(cell, language)) };
}

function entryOf(diff: Exclude<CellDiff, { kind: "same" }>, languages: Languages): DiffEntry {
  const [before, after] = [diff.before?.cell ?? null, diff.after?.cell ?? null];
  const cell = after ?? before;
  const isPair = diff.kind === "changed" || diff.kind === "moved";
  const language = cell ? languageOf(cell, after ? languages.after : languages.before) : null;
  const lines = (isPair ? diff.source : null) ?? diffLines(isPair ? (after?.source ?? "") : (before?.source ?? ""), after?.source ?? "");
  const oldSource = isPair && diff.source === null ? (after?.source ?? "") : (before?.source ?? "");
  return {
    kind: "cell",
    change: diff.kind,
    type: cell?.cell_type ?? "code",
    before: diff.before ? diff.before.index + 1 : null,
    after: diff.after ? diff.after.index + 1 : null,
    formerType: isPair && diff.retyped && before ? before.cell_type : null,
    lines: prepareLines(lines, oldSource, after?.source ?? "", language),
    sameSource: isPair && diff.source === null,
    outputs: outputsIn(diff, before, after),
    metadata: isPair ? diff.metadata : [],
  };
}

/** Markdown of notebooks holds formulas, whose underscores would be taken for emphasis. */
function languageOf(cell: Cell, language: CodeLanguage | null): CodeLanguage | null {
  return cell.cell_type === "code" ? language : null;
}

function outputsIn(diff: Exclude<CellDiff, { kind: "same" }>, before: Cell | null, after: Cell | null): readonly PreparedOutputDiff[] {
  const side = (output: Output | null, cell: Cell | null): PreparedOutput | null =>
    output && cell ? presentCellOutput(output, outputsOf(cell).indexOf(output)).shown : null;
  const pairs: readonly OutputDiff[] =
    diff.kind === "added"
      ? outputsOf(diff.after.cell).map((output) => ({ kind: "added", before: null, after: output }))
      : diff.kind === "removed"
        ? outputsOf(diff.before.cell).map((output) => ({ kind: "removed", before: output, after: null }))
        : (diff.outputs ?? []);
  return pairs.map((pair) => ({ kind: pair.kind, before: side(pair.before, before), after: side(pair.after, after) }));
}
