import type { ProjectId } from "./ids.ts";
import type { Parameter, Values } from "./parameter.ts";
import type { CellResult, RunError, RunEvent, RunFile, RunRecord, RunState } from "./run.ts";

export const visibilities = ["private", "public"] as const;
export type Visibility = (typeof visibilities)[number];

export const projectTypes = ["worksheet", "notebook", "shell"] as const;
export type ProjectType = (typeof projectTypes)[number];

export const languages = ["python", "r"] as const;
export type Language = (typeof languages)[number];

/** Where in a notebook something could not be understood; `cell` is 0-based, `line` 1-based. */
export type Problem = {
  readonly severity: "error" | "warning";
  readonly cell: number | null;
  readonly line: number | null;
  readonly message: string;
};

/** A notebook compiled at one commit. Holds source: it never leaves the server whole. */
export type CompiledWorksheet = {
  readonly format: 1;
  readonly language: Language;
  readonly kernelName: string;
  readonly title: string;
  /** One sentence or short paragraph, plain text. */
  readonly description: string;
  readonly parameters: readonly Parameter[];
  readonly cells: readonly CompiledCell[];
  /** All Markdown as plain text, for the search index; bounded. */
  readonly searchText: string;
};

export type CompiledCell =
  | {
      readonly kind: "markdown";
      readonly index: number;
      readonly source: string;
      readonly attachments?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    }
  | {
      readonly kind: "code";
      readonly index: number;
      readonly source: string;
      /** What the cell is to the run. "imports": only imports, safe to preload. "skipped": never run. */
      readonly role: "parameters" | "imports" | "body" | "skipped";
      readonly show: CellShow;
      /** The cell is tagged raises-exception: an error is a result, the run goes on. */
      readonly mayFail: boolean;
      /** Places in the source whose text is a parameter's value, written over when it changes (Colab forms). */
      readonly slots?: readonly ValueSlot[];
      /** Statements of a parameters cell that compute something from parameters, to be run again after changed values. */
      readonly dependents?: readonly Dependent[];
    };

/** Offsets are in UTF-16 units of the cell's source, as in `source.slice(start, end)`. */
export type ValueSlot = { readonly parameter: string; readonly start: number; readonly end: number };

/** `uses`: the parameters it depends on, directly or through other dependents. */
export type Dependent = { readonly name: string; readonly source: string; readonly uses: readonly string[] };

/** What of a code cell a reader sees. */
export type CellShow = {
  readonly source: "shown" | "folded" | "removed";
  readonly outputs: "shown" | "folded" | "removed";
  readonly stdout: boolean;
  readonly stderr: boolean;
};

/** What the browser gets of a compiled worksheet: no source unless the author shows it, Markdown already rendered safely. */
export type DisplayCell =
  | { readonly kind: "markdown"; readonly index: number; readonly html: string }
  | { readonly kind: "code"; readonly index: number; readonly source: string | null; readonly sourceFolded: boolean; readonly show: CellShow };

/** A card in the gallery. */
export type WorksheetCard = {
  readonly id: string;
  readonly slug: string;
  readonly title: string;
  readonly summary: string;
  readonly area: { readonly slug: string; readonly title: string };
  readonly tags: readonly string[];
  readonly author: string;
  readonly project: { readonly slug: string; readonly title: string };
  readonly language: Language;
  readonly official: boolean;
  /** Address of the first figure, made at publish time; null where the worksheet has none. */
  readonly thumbnail: { readonly url: string; readonly width: number; readonly height: number; readonly alt: string } | null;
  /** ISO time of the published result; null while it is computed. */
  readonly resultAt: string | null;
  readonly publishedAt: string;
};

export type AreaView = { readonly slug: string; readonly title: string; readonly description: string; readonly worksheets: number };

/** A project in a list, with how many public worksheets it has. */
export type ProjectCard = {
  readonly id: ProjectId;
  readonly slug: string;
  readonly title: string;
  readonly description: string;
  readonly official: boolean;
  readonly worksheets: number;
};

/** A page of a list; `next` is an opaque cursor, null at the end. */
export type Page<T> = { readonly items: readonly T[]; readonly next: string | null };

/** All a worksheet page needs. */
export type WorksheetView = {
  readonly card: WorksheetCard;
  readonly parameters: readonly Parameter[];
  readonly cells: readonly DisplayCell[];
  /** The result computed when it was published; null while that goes on. */
  readonly result: RunView | null;
  readonly commit: string;
  readonly notebookPath: string;
  readonly environment: { readonly name: string; readonly digest: string };
  readonly dataSources: string | null;
  readonly usualDurationMs: number | null;
  /** Whether the asking person may write its project. */
  readonly mayWrite: boolean;
  /** Whether nobody but its authors can open this page. */
  readonly isPrivate: boolean;
  /** What of the notebook could not be read; empty for all who may not write the project. */
  readonly problems: readonly Problem[];
  /** Why the newest publication failed, if it did and the asking person may write the project. */
  readonly failedPublication: Pick<Problem, "cell" | "message"> | null;
};

export type RunView = {
  readonly id: string;
  readonly state: RunState;
  readonly worksheet: { readonly id: string; readonly slug: string; readonly title: string };
  readonly values: Values;
  readonly changed: readonly string[];
  readonly cells: readonly CellResult[];
  readonly error: RunError | null;
  readonly queuedAt: string;
  readonly finishedAt: string | null;
  /** When the answer was computed, if it came from an earlier run of the same commit and values. */
  readonly cachedFrom: { readonly id: string; readonly finishedAt: string } | null;
  readonly record: RunRecord | null;
  /** Number of the last event folded into `cells`; a stream continues after it. */
  readonly lastEvent: number;
  readonly owner: "you" | "visitor" | "someone" | "published";
  readonly shared: boolean;
  /** ISO time after which an unclaimed run is removed. */
  readonly expiresAt: string | null;
};

/** A run in a list. */
export type RunCard = Pick<RunView, "id" | "state" | "worksheet" | "values" | "changed" | "queuedAt" | "finishedAt" | "shared"> & {
  readonly files: readonly RunFile[];
};

export type NumberedRunEvent = { readonly seq: number; readonly event: RunEvent };
