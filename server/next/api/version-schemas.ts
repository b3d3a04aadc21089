import { z } from "zod";
import type { Comparison, FileChange, PreparedCopy, SavedVersion, UpstreamView, VersionDetails, VersionView, WorkingCopyView } from "#lib/domain/project.ts";
import { pageOf } from "./schemas.ts";

/** What the API answers about versions and working copies. Additions are allowed, removals are not. */
const instant = z.iso.datetime().describe("ISO 8601, UTC");

export const version = z
  .object({ commit: z.string(), number: z.int().describe("Counts from 1"), message: z.string(), author: z.string(), at: instant })
  .meta({ id: "Version" });

const change = z
  .object({
    path: z.string(),
    from: z.string().optional().describe("The former path of a moved file"),
    kind: z.enum(["added", "removed", "changed", "moved"]),
  })
  .meta({ id: "FileChange" });
const changes = { changes: z.array(change).describe("Some hundreds at most"), changeCount: z.int() };

const mergeNote = z
  .object({ path: z.string(), outcome: z.enum(["ours", "theirs", "merged", "both_kept", "kept_beside"]), notes: z.array(z.string()) })
  .meta({ id: "MergeNote", description: "What happened to a file on which two lines of work differed" });

export const workingCopy = z
  .object({
    projectId: z.string(),
    made: z.boolean(),
    folder: z.string().describe("Below the home"),
    base: version.nullable().describe("The version that the files were made from"),
    ...changes,
    behind: z.int().describe("How many versions the project has that are not in here yet"),
    tooLarge: z.array(z.object({ path: z.string(), bytes: z.int(), limitBytes: z.int() })),
    suggestedMessage: z.string(),
  })
  .meta({ id: "WorkingCopy" });

export const preparedCopy = z.object({ folder: z.string(), base: version.nullable(), merged: z.array(mergeNote) }).meta({ id: "PreparedCopy" });

export const savedVersion = z
  .object({ version, merged: z.array(mergeNote), leftOut: z.array(z.object({ path: z.string(), reason: z.string() })) })
  .meta({ id: "SavedVersion" });

export const versionDetails = z.object({ version, before: version.nullable(), newest: z.boolean(), ...changes }).meta({ id: "VersionDetails" });

export const comparison = z.object({ from: version.nullable(), to: version.nullable(), ...changes }).meta({ id: "Comparison" });

export const upstream = z
  .object({
    upstream: z.object({ slug: z.string(), title: z.string(), owner: z.string() }),
    newest: version.nullable(),
    newer: z.int().describe("How many versions newer it is than what was taken over last"),
    ...changes,
  })
  .meta({ id: "Upstream" });

export const workFile = z
  .object({
    path: z.string(),
    kind: z.enum(["file", "folder", "link", "other"]),
    bytes: z.int(),
    modifiedAt: instant,
    stamp: z.string().describe("Says whether it is still the file that was read; given back as `if-stamp`"),
  })
  .meta({ id: "WorkFile" });

export const versionPage = pageOf(version);
export const workFilePage = pageOf(workFile);

type Same<Domain, Schema extends z.ZodType> = Mutable<Domain> extends z.input<Schema> ? true : never;
type Mutable<T> = T extends readonly (infer I)[] ? Mutable<I>[] : T extends object ? { -readonly [K in keyof T]: Mutable<T[K]> } : T;
/** Fails to compile where what the use-cases answer is not what the document says. */
({ version: true, change: true, workingCopy: true, preparedCopy: true, saved: true, details: true, comparison: true, upstream: true }) satisfies {
  version: Same<VersionView, typeof version>;
  change: Same<FileChange, typeof change>;
  workingCopy: Same<WorkingCopyView, typeof workingCopy>;
  preparedCopy: Same<PreparedCopy, typeof preparedCopy>;
  saved: Same<SavedVersion, typeof savedVersion>;
  details: Same<VersionDetails, typeof versionDetails>;
  comparison: Same<Comparison, typeof comparison>;
  upstream: Same<UpstreamView, typeof upstream>;
};
