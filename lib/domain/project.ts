import type { Page, Problem, ProjectType, Visibility, WorksheetCard } from "./worksheet.ts";

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
  /** The newest version; null while the project is empty. */
  readonly version: VersionView | null;
  readonly readmeHtml: string | null;
  readonly worksheets: Page<WorksheetCard>;
  /** Where it was copied from, where the asking person may read that. */
  readonly upstream: { readonly slug: string; readonly title: string; readonly owner: string; readonly newer: boolean } | null;
  readonly copies: { readonly count: number; readonly shown: readonly { readonly slug: string; readonly title: string; readonly owner: string }[] };
  readonly may: { readonly write: boolean; readonly administer: boolean; readonly copy: boolean; readonly curate: boolean };
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
  /** The version that the working copy was made from or brought up to. */
  readonly base: VersionView | null;
  readonly changes: readonly FileChange[];
  /** Whether the project has versions that this working copy does not hold yet. */
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

export type SavedVersion = { readonly version: VersionView; readonly merged: readonly MergeNote[] };

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
