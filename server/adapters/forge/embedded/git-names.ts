import { randomBytes } from "node:crypto";
import type { BlobId, CommitId, RepositoryId } from "#lib/domain/ids.ts";

/**
 * Nothing that a person typed reaches git's command line or its line protocols unchecked: a line break would start a
 * second command, a leading "-" an option, ".." another folder.
 */
export function isRepositoryId(text: string): text is RepositoryId {
  return /^[0-9a-f]{32}$/.test(text);
}

export function newRepositoryId(): RepositoryId {
  return randomBytes(16).toString("hex") as RepositoryId;
}

export function isCommitId(text: string): text is CommitId {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}

export function isBlobId(text: string): text is BlobId {
  return isCommitId(text);
}

/** Short branch and tag names only; stricter than git-check-ref-format, which says what git itself refuses. */
export function isRefName(text: string): boolean {
  return (
    text.length <= 200 &&
    text.split("/").every((part) => /^[A-Za-z0-9_][A-Za-z0-9_.+-]*$/.test(part) && !part.includes("..") && !part.endsWith(".") && !part.endsWith(".lock"))
  );
}

/** A path inside a repository: relative, with forward slashes, "" only where a folder may be the root. */
export function isTreePath(text: string): boolean {
  return text.length <= 4096 && text.split("/").every(isTreeName);
}

/** A path that may be looked for: also those that others' repositories hold and we would not write. */
export function isReadablePath(text: string): boolean {
  return text.length <= 4096 && !text.includes("\0") && text.split("/").every((name) => name !== "" && name !== "." && name !== "..");
}

function isTreeName(name: string): boolean {
  return (
    name !== "" &&
    name !== "." &&
    name !== ".." &&
    name.toLowerCase() !== ".git" &&
    Buffer.byteLength(name) <= 255 &&
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
    !/[\u0000-\u001f\u007f\ufffd]/.test(name) &&
    name.isWellFormed()
  );
}
