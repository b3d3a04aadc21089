import { createReadStream } from "node:fs";
import { BackupDamaged, type BackupFolder, checked, contentsOf } from "./backup-folder.ts";
import type { Manifest } from "./manifest.ts";

/** The backup of that name, else the newest. */
export async function chooseBackup(folder: BackupFolder, name?: string): Promise<Manifest> {
  const chosen = name ?? (await folder.names()).at(-1);
  if (chosen === undefined) throw new BackupDamaged(`There is no whole backup in ${folder.folder}: one that was broken off does not count.`);
  return folder.manifest(chosen);
}

/** Reads everything that a backup needs and answers what is missing or damaged, each with a sentence. */
export async function checkBackup(folder: BackupFolder, manifest: Manifest): Promise<readonly string[]> {
  const problems: string[] = [];
  const list = await readContent(folder, manifest.files.list);
  // Without its list nobody knows what else belongs to it.
  if (list !== null) return [`The list of files is ${list}.`];
  const seen = new Set<string>();
  for await (const content of contentsOf(folder, manifest)) {
    if (seen.has(content)) continue;
    seen.add(content);
    const problem = await readContent(folder, content);
    if (problem !== null) problems.push(`${await whatIs(folder, manifest, content)} is ${problem}: ${folder.placeOf(content)}`);
  }
  return problems;
}

export async function readContent(folder: BackupFolder, content: string): Promise<"missing" | "damaged" | null> {
  try {
    for await (const _ of checked(createReadStream(folder.placeOf(content)), content, "It"));
    return null;
  } catch (error) {
    if (error instanceof BackupDamaged) return "damaged";
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "missing";
    throw error;
  }
}

/** Looked for only where something is wrong. */
async function whatIs(folder: BackupFolder, manifest: Manifest, content: string): Promise<string> {
  const table = manifest.database.tables.find((one) => one.content === content);
  if (table) return `The table ${table.name}`;
  for await (const line of folder.lines(manifest)) if (line.kind === "file" && line.content === content) return line.path ?? "A file";
  return "A content";
}
