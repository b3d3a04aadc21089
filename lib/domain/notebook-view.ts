import type { Output } from "#lib/notebook/nbformat.ts";
import type { ShownImageType } from "#lib/worksheet/stored-image.ts";

/**
 * A notebook as a reader's page needs it: Markdown already rendered safely, code already highlighted, everything heavy left
 * where it is. Made by `server/notebook/prepare-notebook.ts`, shown by `components/notebook/notebook-view.tsx`.
 */
export type PreparedNotebook = {
  readonly title: string | null;
  /** What the code is in, for people: "Python 3", "R"; null where the notebook does not say. */
  readonly kernel: string | null;
  readonly contents: readonly ContentsEntry[];
  readonly cells: readonly PreparedCell[];
};

/** A heading of the notebook; `anchor` is the id that it has in the page. */
export type ContentsEntry = { readonly level: number; readonly title: string; readonly anchor: string };

/** `index` counts the notebook's cells from 0. `html` may stand in the page as it is. */
export type PreparedCell =
  | { readonly kind: "markdown"; readonly index: number; readonly html: string }
  | { readonly kind: "raw"; readonly index: number; readonly html: string }
  | {
      readonly kind: "code";
      readonly index: number;
      readonly html: string;
      readonly lines: number;
      readonly executionCount: number | null;
      /** The author folded it away, or its tags say so. */
      readonly codeFolded: boolean;
      readonly outputsFolded: boolean;
      readonly outputs: readonly PreparedOutput[];
    };

/** An output in the page, or what a page says of one that it leaves where it is. */
export type PreparedOutput =
  | { readonly kind: "here"; readonly position: number; readonly output: Output }
  /** An image of its own address. */
  | {
      readonly kind: "image";
      readonly position: number;
      readonly type: ShownImageType;
      readonly bytes: number;
      readonly width: number | null;
      readonly height: number | null;
      readonly alt: string;
    }
  /** Anything else that is heavy, fetched when asked for. */
  | { readonly kind: "apart"; readonly position: number; readonly what: "text" | "page" | "data"; readonly bytes: number };

/** How two notebooks differ, as a page needs it. */
export type PreparedDiff = {
  readonly counts: { readonly added: number; readonly removed: number; readonly changed: number; readonly moved: number; readonly outputsOnly: number };
  readonly metadata: readonly string[];
  readonly entries: readonly DiffEntry[];
};

export type DiffEntry =
  | { readonly kind: "unchanged"; readonly cells: readonly UnchangedCell[] }
  | {
      readonly kind: "cell";
      readonly change: "added" | "removed" | "changed" | "moved";
      readonly type: "code" | "markdown" | "raw";
      /** Its number, from 1, in the notebook before and after. */
      readonly before: number | null;
      readonly after: number | null;
      /** What it was before, where it became another type of cell. */
      readonly formerType: "code" | "markdown" | "raw" | null;
      readonly lines: readonly PreparedLine[];
      /** Whether the source is the same: `lines` are then there to recognise the cell by. */
      readonly sameSource: boolean;
      readonly outputs: readonly PreparedOutputDiff[];
      readonly metadata: readonly string[];
    };

export type UnchangedCell = { readonly type: "code" | "markdown" | "raw"; readonly after: number; readonly html: string };

/** `html` is highlighted and holds `<mark>` where a part of the line changed. Lines count from 1. */
export type PreparedLine = {
  readonly kind: "same" | "added" | "removed";
  readonly before: number | null;
  readonly after: number | null;
  readonly html: string;
};

export type PreparedOutputDiff = {
  readonly kind: "same" | "added" | "removed" | "changed";
  readonly before: PreparedOutput | null;
  readonly after: PreparedOutput | null;
};

/** How two texts differ: stretches around changes, with how many equal lines were left out before each. */
export type PreparedTextDiff = {
  readonly added: number;
  readonly removed: number;
  readonly stretches: readonly { readonly skipped: number; readonly lines: readonly PreparedLine[] }[];
  /** Lines after the last stretch. */
  readonly skippedAtEnd: number;
  /** There were more changes than a page can show: they are among the skipped lines. */
  readonly isCut: boolean;
};
