import type { PreparedDiff, PreparedNotebook } from "#lib/domain/notebook-view.ts";
import type { Result } from "#lib/result.ts";
import { fail } from "#lib/result.ts";

/** Reads the whole content of a notebook; asked for at most once a call, and not at all where the answer is remembered. */
export type ReadContent = () => Promise<Result<Uint8Array>>;

/** What `<NotebookView outputBase=...>` fetches: an image's bytes, or an output as JSON ("application/json") for `OutputView`. */
export type PreparedOutputContent = { readonly mediaType: string; readonly bytes: Uint8Array<ArrayBuffer> };

/**
 * What the page of a notebook shows. `blob` names the content (a git blob id): equal ids are answered from memory.
 * The caller has authorised reading. Failures: what `read` fails with, and "invalid" with a sentence for the reader.
 */
export async function prepareNotebook(blob: string, read: ReadContent): Promise<Result<PreparedNotebook>> {
  void blob;
  void read;
  return fail("unavailable", "Not there yet.");
}

/**
 * One heavy output, which `prepareNotebook` left where it is. `cell` and `position` count from 0. Serve it with
 * `content-security-policy: sandbox; default-src 'none'; style-src 'unsafe-inline'` and `nosniff`, as app/runs/[id]/outputs does;
 * with `?download=name` as an attachment. not_found where there is no such output.
 */
export async function readPreparedOutput(blob: string, cell: number, position: number, read: ReadContent): Promise<Result<PreparedOutputContent>> {
  void [blob, cell, position, read];
  return fail("unavailable", "Not there yet.");
}

export type DiffSide = { readonly blob: string; readonly read: ReadContent };

/** How two versions of a notebook differ, for `<NotebookDiffView>`; null is a side where the file is not. */
export async function prepareNotebookDiff(before: DiffSide | null, after: DiffSide | null): Promise<Result<PreparedDiff>> {
  void [before, after];
  return fail("unavailable", "Not there yet.");
}
