import type { FromLab } from "#lib/domain/lab.ts";

/** It is somebody's code that speaks: more than this is no honest message. */
const documentsAtMost = 500;
const charactersAtMost = 1000;
/** Of a document: longer ones are kept beside one another. */
const documentAtMost = 60_000_000;

/** A message of the lab's page, or null for anything that is none: other scripts in it speak by postMessage too. */
export function readFromLab(data: unknown): FromLab | null {
  if (typeof data !== "object" || data === null) return null;
  const said = data as Readonly<Record<string, unknown>>;
  if (said.sheaf !== 1) return null;
  switch (said.type) {
    case "hello":
      return isShort(said.version) ? { sheaf: 1, type: "hello", version: said.version } : null;
    case "done":
      return Number.isSafeInteger(said.id) && typeof said.ok === "boolean" ? { sheaf: 1, type: "done", id: said.id as number, ok: said.ok } : null;
    case "join":
      return readJoin(said);
    case "documents":
      return readDocuments(said);
    default:
      return null;
  }
}

function readDocuments({ unsaved, current, busyKernels }: Readonly<Record<string, unknown>>): FromLab | null {
  if (!Array.isArray(unsaved) || unsaved.length > documentsAtMost || !unsaved.every(isShort)) return null;
  if (current !== null && !isShort(current)) return null;
  if (!Number.isSafeInteger(busyKernels) || (busyKernels as number) < 0) return null;
  return {
    sheaf: 1,
    type: "documents",
    unsaved: unsaved.map(withoutDrive),
    current: current === null ? null : withoutDrive(current),
    busyKernels: busyKernels as number,
  };
}

function readJoin({ id, path, base, ours, theirs }: Readonly<Record<string, unknown>>): FromLab | null {
  if (!Number.isSafeInteger(id) || !isShort(path) || !isDocument(ours) || !isDocument(theirs) || !(base === null || isDocument(base))) return null;
  return { sheaf: 1, type: "join", id: id as number, path: withoutDrive(path), base, ours, theirs };
}

function isDocument(value: unknown): value is string {
  return typeof value === "string" && value.length <= documentAtMost;
}

/** JupyterLab may name the drive in front of a path ("RTC:a.ipynb"). */
function withoutDrive(path: string): string {
  return path.replace(/^[A-Za-z]+:(?!\/)/, "").replace(/^\/+/, "");
}

function isShort(value: unknown): value is string {
  return typeof value === "string" && value.length <= charactersAtMost;
}
