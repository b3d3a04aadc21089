import type { Cell, Output } from "#lib/notebook/nbformat.ts";

/** How a notebook became another, cell by cell in the order of a reader: what is gone stands where it was. */
export type NotebookDiff = {
  readonly cells: readonly CellDiff[];
  /** Keys of the notebook's metadata that differ: "kernelspec", "language_info". */
  readonly metadata: readonly string[];
  readonly counts: { readonly added: number; readonly removed: number; readonly changed: number; readonly moved: number; readonly outputsOnly: number };
};

export type CellSide = { readonly index: number; readonly cell: Cell };

export type CellDiff =
  | { readonly kind: "same"; readonly before: CellSide; readonly after: CellSide }
  | { readonly kind: "added"; readonly before: null; readonly after: CellSide }
  | { readonly kind: "removed"; readonly before: CellSide; readonly after: null }
  | {
      /** "moved" may be changed as well; it stands where it is now. */
      readonly kind: "changed" | "moved";
      readonly before: CellSide;
      readonly after: CellSide;
      /** Null where the source is the same. */
      readonly source: readonly LineDiff[] | null;
      /** Null where the outputs are the same. */
      readonly outputs: readonly OutputDiff[] | null;
      readonly metadata: readonly string[];
      /** Whether it became another type of cell. */
      readonly retyped: boolean;
    };

/** Line numbers count from 1; `words` mark the changed parts of a line as UTF-16 ranges, where a line was rewritten. */
export type LineDiff = {
  readonly kind: "same" | "added" | "removed";
  readonly text: string;
  readonly before: number | null;
  readonly after: number | null;
  readonly words?: readonly { readonly start: number; readonly end: number }[];
};

export type OutputDiff = { readonly kind: "same" | "added" | "removed" | "changed"; readonly before: Output | null; readonly after: Output | null };

/** A constant of a notebook that could become a parameter. */
export type ParameterSuggestion = {
  readonly name: string;
  /** Where it is now: 0-based cell, 1-based line. */
  readonly cell: number;
  readonly line: number;
  /** The literal as it is written. */
  readonly literal: string;
  readonly type: string;
  /** The comment beside it, if there is one. */
  readonly comment: string | null;
  /** Already a parameter of the worksheet. */
  readonly marked: boolean;
  /** Why it had better stay as it is: "is assigned again in cell 5". */
  readonly caution: string | null;
};
