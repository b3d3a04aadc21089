import type { BigIntStats } from "node:fs";
import { type FileHandle, lstat, opendir } from "node:fs/promises";
import { fail, ok, type Result } from "#lib/result.ts";
import type { FileStamp, HomeEntry } from "#server/ports/homes.ts";
import { stop } from "./home-failures.ts";
import { ownFolder } from "./home-folders.ts";
import { codeOf, inside, isUsableName, itself } from "./safe-open.ts";

/** What is beyond this is no folder for people; a program's folder of a million files must not fill the server's memory. */
const maxListed = 100_000;
const usualPage = 1000;

export function stampOf(stat: BigIntStats): FileStamp {
  return `${stat.dev}-${stat.ino}-${stat.size}-${stat.mtimeNs}-${stat.ctimeNs}` as FileStamp;
}

export function kindOf(stat: Pick<BigIntStats, "isFile" | "isDirectory" | "isSymbolicLink">): HomeEntry["kind"] {
  if (stat.isFile()) return "file";
  if (stat.isDirectory()) return "folder";
  return stat.isSymbolicLink() ? "link" : "other";
}

export function entryOf(relative: string, stat: BigIntStats): HomeEntry {
  const kind = kindOf(stat);
  return {
    name: relative.split("/").at(-1) ?? "",
    path: relative,
    kind,
    bytes: kind === "file" ? Number(stat.size) : 0,
    modifiedAt: new Date(Number(stat.mtimeNs / 1_000_000n)),
    stamp: stampOf(stat),
    // Numbers of what was removed are given again at once, times of birth are not.
    identity: `${stat.ino}-${stat.birthtimeNs}`,
  };
}

export async function findEntry(folder: FileHandle, name: string, relative: string): Promise<HomeEntry> {
  return entryOf(relative, await lstat(inside(folder, name), { bigint: true }));
}

export async function findEntryOrNull(folder: FileHandle, name: string, relative: string): Promise<HomeEntry | null> {
  return findEntry(folder, name, relative).catch((error: unknown) => {
    if (codeOf(error) !== "ENOENT") throw error;
    return null;
  });
}

/** "file2" before "file10"; names that only case tells apart stay in a steady order. */
const collator = new Intl.Collator("en", { numeric: true });
type Listed = { readonly name: string; readonly isFolder: boolean };
const inOrder = (a: Listed, b: Listed): number =>
  Number(b.isFolder) - Number(a.isFolder) || collator.compare(a.name, b.name) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

/** One page of a folder, its folders first. */
export async function listEntries(
  folder: FileHandle,
  relative: string,
  page: { after?: string; limit?: number; hidden?: boolean },
): Promise<Result<{ entries: readonly HomeEntry[]; next: string | null }>> {
  const names = await readNames(
    folder,
    (name) => isUsableName(name) && (page.hidden === true || !name.startsWith(".")) && (relative !== "" || name !== ownFolder),
  );
  names.sort(inOrder);
  const after = page.after === undefined ? null : placeOf(page.after);
  if (page.after !== undefined && after === null) return fail("invalid", "This is no place in the list.");
  const rest = after ? names.filter((name) => inOrder(name, after) > 0) : names;
  const taken = rest.slice(0, Math.min(page.limit ?? usualPage, usualPage));
  const prefix = relative === "" ? "" : `${relative}/`;
  const entries = await Promise.all(taken.map(({ name }) => findEntryOrNull(folder, name, prefix + name)));
  const last = taken.at(-1);
  // What was removed meanwhile is left out.
  return ok({
    entries: entries.filter((entry) => entry !== null),
    next: last && rest.length > taken.length ? `${last.isFolder ? "d" : "f"}/${last.name}` : null,
  });
}

function placeOf(after: string): Listed | null {
  const found = /^([df])\/(.+)$/s.exec(after);
  return found?.[2] ? { name: found[2], isFolder: found[1] === "d" } : null;
}

export async function readNames(folder: FileHandle, wanted: (name: string) => boolean): Promise<Listed[]> {
  const names: Listed[] = [];
  for await (const found of await opendir(itself(folder), { bufferSize: 256 })) {
    if (!wanted(found.name)) continue;
    if (names.length >= maxListed) throw stop("too_large", `This folder holds more than ${maxListed.toLocaleString("en")} entries. Look at it in a terminal.`);
    names.push({ name: found.name, isFolder: found.isDirectory() });
  }
  return names;
}
