import type { ParameterSpec } from "#lib/worksheet/sheaf-metadata.ts";
import type { ParameterSuggestion } from "./notebook-diff.ts";
import type { PreparedDiff, PreparedTextDiff } from "./notebook-view.ts";
import type { Parameter } from "./parameter.ts";
import type { DisplayCell, Language, Page, Problem, ProjectType, Visibility, WorksheetCard } from "./worksheet.ts";

/** All that a project's page shows. Times are ISO 8601, paths are relative to the project's root. */
export type ProjectView = {
  readonly id: string;
  readonly slug: string;
  readonly title: string;
  readonly description: string;
  readonly type: ProjectType;
  readonly visibility: Visibility;
  readonly official: boolean;
  readonly area: { readonly slug: string; readonly title: string };
  readonly owner: { readonly username: string; readonly displayName: string };
  readonly createdAt: string;
  readonly updatedAt: string;
  /** "creating" and "failed" are seen by who may write it, "trashed" by its owner alone. */
  readonly state: OwnProject["state"];
  readonly progress: ProjectProgress | null;
  /** Why making it failed. */
  readonly problem: string | null;
  /** Until when a deletion can be undone. */
  readonly restorableUntil: string | null;
  readonly keepOutputs: boolean;
  /** The newest version; null while the project is empty. */
  readonly version: VersionView | null;
  readonly readmeHtml: string | null;
  readonly worksheets: Page<WorksheetCard>;
  /** Where it was copied from, where the asking person may read that. */
  readonly upstream: { readonly slug: string; readonly title: string; readonly owner: string; readonly newer: boolean } | null;
  readonly copies: { readonly count: number; readonly shown: readonly { readonly slug: string; readonly title: string; readonly owner: string }[] };
  readonly may: { readonly write: boolean; readonly administer: boolean; readonly copy: boolean; readonly curate: boolean };
};

/** What was asked for when a project could not be made. `url`: where it was to be imported from, without credentials. */
export type ProjectAttempt = Pick<ProjectView, "title" | "description" | "type" | "visibility"> & {
  readonly projectId: string;
  readonly areaSlug: string;
  readonly url: string | null;
};

/** One saved version: a commit. `number` counts from 1 along the project's own line. */
export type VersionView = {
  readonly commit: string;
  readonly number: number;
  readonly message: string;
  readonly author: string;
  readonly at: string;
};

/** How one file differs between two trees. `from` is the former path of a moved file. */
export type FileChange = {
  readonly path: string;
  readonly from?: string;
  readonly kind: "added" | "removed" | "changed" | "moved";
};

/** State of somebody's own working copy of a project. */
export type WorkingCopyView = {
  readonly projectId: string;
  /** Whether its files are there: the first opening makes them. */
  readonly made: boolean;
  /** Where it is below the home: "projects/<folder>". */
  readonly folder: string;
  /** The version that the working copy was made from or brought up to. */
  readonly base: VersionView | null;
  /** Some hundreds at most; `changeCount` says how many there are. */
  readonly changes: readonly FileChange[];
  readonly changeCount: number;
  /** How many versions the project has that this working copy does not hold yet. */
  readonly behind: number;
  /** Files beyond the limit for one file, which a version does not take. */
  readonly tooLarge: readonly { readonly path: string; readonly bytes: number; readonly limitBytes: number }[];
  readonly suggestedMessage: string;
};

/** What happened to each path when two lines of work were brought together. */
export type MergeNote = {
  readonly path: string;
  readonly outcome: "ours" | "theirs" | "merged" | "both_kept" | "kept_beside";
  /** Sentences for the person: which cells were kept twice, under which name the other file stands. */
  readonly notes: readonly string[];
};

export type SavedVersion = {
  readonly version: VersionView;
  readonly merged: readonly MergeNote[];
  /** Files that stay in the working copy alone, and why: a sentence with a remedy. */
  readonly leftOut: readonly { readonly path: string; readonly reason: string }[];
};

/** What bringing a working copy up to date did. */
export type PreparedCopy = {
  /** Where it is below the home: "projects/<folder>". */
  readonly folder: string;
  readonly base: VersionView | null;
  readonly merged: readonly MergeNote[];
};

/** A version with what it changed. */
export type VersionDetails = {
  readonly version: VersionView;
  /** The one before it; null for the first. */
  readonly before: VersionView | null;
  readonly newest: boolean;
  readonly changes: readonly FileChange[];
  readonly changeCount: number;
};

/** Two states of a project beside each other; a null version stands for one's own working copy, or for nothing at all. */
export type Comparison = {
  readonly from: VersionView | null;
  readonly to: VersionView | null;
  readonly changes: readonly FileChange[];
  readonly changeCount: number;
};

/** How one file differs, as a page shows it. Bytes are null where the file is not. */
export type FileDiff = {
  readonly path: string;
  readonly beforeBytes: number | null;
  readonly afterBytes: number | null;
  readonly shown:
    | { readonly kind: "same" }
    | { readonly kind: "notebook"; readonly diff: PreparedDiff }
    | { readonly kind: "text"; readonly diff: PreparedTextDiff }
    | { readonly kind: "image" }
    /** Neither text nor picture. */
    | { readonly kind: "binary" }
    /** Too large to compare here; `limitBytes` a side. */
    | { readonly kind: "large"; readonly limitBytes: number }
    /** A notebook that cannot be read, and why. */
    | { readonly kind: "unreadable"; readonly message: string };
};

/** What the project that this one was copied from has that is not here. */
export type UpstreamView = {
  readonly upstream: { readonly slug: string; readonly title: string; readonly owner: string };
  /** Its newest version; null while it is empty. */
  readonly newest: VersionView | null;
  /** How many versions newer it is than what was taken over last. */
  readonly newer: number;
  /** What it changed since. */
  readonly changes: readonly FileChange[];
  readonly changeCount: number;
};

export type FileEntry = {
  readonly name: string;
  readonly path: string;
  readonly kind: "file" | "folder" | "link" | "module";
  readonly bytes: number | null;
};

/** How far an import or copy is, told while it goes on. */
export type ProjectProgress = { readonly phase: string; readonly percent: number | null; readonly startedAt: string };

/** A project of mine in a list. */
export type OwnProject = {
  readonly id: string;
  readonly slug: string;
  readonly title: string;
  readonly type: ProjectType;
  readonly visibility: Visibility;
  readonly official: boolean;
  readonly worksheets: number;
  readonly updatedAt: string;
  readonly state: "creating" | "ready" | "trashed" | "failed";
  readonly progress: ProjectProgress | null;
  /** Why making it failed. */
  readonly problem: string | null;
  /** Until when a deletion can be undone. */
  readonly restorableUntil: string | null;
};

export type PublishOutcome =
  | { readonly kind: "problems"; readonly problems: readonly Problem[] }
  | { readonly kind: "published"; readonly worksheetId: string; readonly slug: string; readonly runId: string; readonly problems: readonly Problem[] };

/** What a new project may begin with; "blank" is none of them. */
export const projectTemplates = ["worksheet-python", "worksheet-r", "notebook", "shell"] as const;
export type ProjectTemplate = (typeof projectTemplates)[number];

/** A project that was just made, or is being made: ask for it again until `state` is "ready" or "failed". */
export type MadeProject = Pick<OwnProject, "id" | "slug" | "title" | "state" | "progress" | "problem"> & { readonly url: string };

/** A notebook of a project's newest version, as its authors see it. */
export type ProjectWorksheet = {
  readonly path: string;
  readonly title: string;
  readonly language: Language | null;
  readonly parameters: number;
  /** "publishing": its first or next result is computed. "failed": the newest publication; an earlier one may still be shown. */
  readonly state: "never" | "publishing" | "published" | "failed" | "unpublished";
  /** Where it has been published; `shown` while its page has something to show to its readers. */
  readonly worksheet: { readonly id: string; readonly slug: string; readonly shown: boolean } | null;
  /** The run of the publication that goes on or failed. */
  readonly runId: string | null;
  readonly failure: { readonly cell: number | null; readonly message: string } | null;
  /** The notebook changed since the version that is shown. */
  readonly newer: boolean;
  /** What stands in the way of publishing, and what could not be read. */
  readonly problems: readonly Problem[];
};

export type StartedPreview = { readonly runId: string; readonly problems: readonly Problem[] };

/** What the page shows that marks parameters: the notebook of somebody's own working copy. */
export type ParametersView = {
  readonly path: string;
  /** Says which state of the file this is; given back when parameters are written. */
  readonly stamp: string;
  readonly title: string;
  readonly language: Language;
  readonly cells: readonly { readonly index: number; readonly kind: "code" | "markdown"; readonly source: string; readonly isParameters: boolean }[];
  readonly suggestions: readonly ParameterSuggestion[];
  /** What the form shows now. */
  readonly parameters: readonly Parameter[];
  /** What the notebook says of its parameters besides their values, by name. */
  readonly described: Readonly<Record<string, ParameterSpec>>;
  /** What a reader would see of the notebook; empty while it is no worksheet. */
  readonly display: readonly DisplayCell[];
  readonly problems: readonly Problem[];
};

export type OfficialRequestView = {
  readonly id: string;
  readonly project: { readonly id: string; readonly slug: string; readonly title: string; readonly owner: string; readonly worksheets: number };
  readonly requestedBy: string;
  readonly note: string;
  readonly state: "open" | "accepted" | "declined" | "withdrawn";
  readonly answer: string;
  readonly requestedAt: string;
  readonly decidedAt: string | null;
};
