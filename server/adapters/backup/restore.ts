import { createReadStream, createWriteStream } from "node:fs";
import { chmod, chown, lchown, link, lutimes, mkdir, readdir, rm, symlink, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { unfinishedRestore } from "#server/unfinished-restore.ts";
import { codeOf } from "../storage/files/safe-open.ts";
import { listFilledTables, loadDump } from "../store/dump.ts";
import { migrateAsFar } from "../store/migrate.ts";
import { BackupDamaged, type BackupFolder, checked } from "./backup-folder.ts";
import { readContent } from "./check-backup.ts";
import { type BytePath, type Line, type Manifest, readPath, shownPath } from "./manifest.ts";

/** A restore that would write over something; `message` is for the operator. */
export class RestoreRefused extends Error {}

/** Refuses a folder that has anything in it but an unused lock. */
export async function refuseFilledFolder(dataFolder: string): Promise<void> {
  const found = (await readdir(dataFolder).catch(() => [])).filter((name) => name !== "lock" && name !== "lost+found");
  if (found.includes(unfinishedRestore))
    throw new RestoreRefused(`${dataFolder} holds what a restore that was broken off has left. Remove it, then restore again.`);
  if (found.length > 0)
    throw new RestoreRefused(`${dataFolder} is not empty (${found.slice(0, 3).join(", ")}…). Nothing is written over: name an empty folder.`);
}

export async function refuseFilledDatabase(databaseUrl: string): Promise<void> {
  const filled = await listFilledTables(databaseUrl);
  if (filled.length > 0)
    throw new RestoreRefused(`The database has rows already (${filled.slice(0, 3).join(", ")}…). Nothing is written over: name an empty one.`);
}

/** Writes the files of a backup into an empty folder, each checked against its digest on the way. */
export async function restoreFiles(folder: BackupFolder, manifest: Manifest, dataFolder: string): Promise<void> {
  await mkdir(dataFolder, { recursive: true, mode: 0o711 });
  await writeFile(path.join(dataFolder, unfinishedRestore), `${manifest.name}\n`);
  if ((await readContent(folder, manifest.files.list)) !== null) throw new BackupDamaged("The list of files is missing or damaged in the backup.");
  const folders: Line[] = [];
  const links: (Line & { kind: "link" })[] = [];
  const places = new Map<string, Buffer>();
  for await (const line of folder.lines(manifest)) {
    const at = placeIn(dataFolder, readPath(line));
    await mkdir(line.kind === "folder" ? at : at.subarray(0, at.lastIndexOf("/")), { recursive: true, mode: 0o700 });
    if (line.kind === "folder") folders.push(line);
    else if (line.kind === "link") links.push(line);
    else {
      await restoreFile(folder, line, at, places);
      await give(line, at, manifest);
    }
  }
  // After all files, so that none is written through a link; and inner folders before those around them.
  for (const line of links) {
    const at = placeIn(dataFolder, readPath(line));
    await symlink(Buffer.from(line.target, "base64"), at);
    await give(line, at, manifest);
  }
  for (const line of folders.reverse()) await give(line, placeIn(dataFolder, readPath(line)), manifest);
}

/** The rows follow the files: until they are all there, the database is as empty as it was. */
export async function restoreDatabase(folder: BackupFolder, manifest: Manifest, databaseUrl: string): Promise<void> {
  for (const { name, content } of manifest.database.tables) {
    const problem = await readContent(folder, content);
    if (problem !== null) throw new BackupDamaged(`The table ${name} is ${problem} in the backup.`);
  }
  await migrateAsFar(databaseUrl, manifest.database.migrations);
  await loadDump(databaseUrl, manifest.database, ({ name, content }) => {
    const raw = Readable.from(checked(createReadStream(folder.placeOf(content)), content, `The table ${name}`));
    const rows = raw.pipe(createGunzip());
    raw.on("error", (error) => rows.destroy(error));
    return rows;
  });
}

/** From now on it is a data folder like any other. */
export async function finishRestore(dataFolder: string): Promise<void> {
  await rm(path.join(dataFolder, unfinishedRestore));
}

async function restoreFile(folder: BackupFolder, line: Line & { kind: "file" }, at: Buffer, places: Map<string, Buffer>): Promise<void> {
  // Copies of a project share the objects that both have, which are never written again.
  const shared = /^repositories\/.*\/objects\//.test(line.path ?? "");
  const first = shared ? places.get(line.content) : undefined;
  if (first && (await linked(first, at))) return;
  const bytes = Readable.from(checked(createReadStream(folder.placeOf(line.content)), line.content, shownPath(readPath(line))));
  await pipeline(bytes, createWriteStream(at, { flags: "wx", mode: 0o600 })).catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") throw new BackupDamaged(`${shownPath(readPath(line))} is missing in the backup.`);
    throw error;
  });
  if (shared) places.set(line.content, at);
}

async function linked(first: Buffer, at: Buffer): Promise<boolean> {
  return link(first, at).then(
    () => true,
    (error: unknown) => {
      if (codeOf(error) !== "EMLINK") throw error;
      return false;
    },
  );
}

/** Owner before mode, since a change of owner takes bits away; what was the server's own there is the server's own here. */
async function give(line: Line, at: Buffer, { serverUid }: Manifest): Promise<void> {
  const root = process.getuid?.() === 0;
  const [uid, gid] = line.uid === serverUid ? [process.getuid?.() ?? 0, process.getgid?.() ?? 0] : [line.uid, line.gid];
  const seconds = line.mtimeMs / 1000;
  if (line.kind === "link") {
    if (root) await lchown(at, uid, gid);
    return void (await lutimes(at, seconds, seconds));
  }
  if (root) await chown(at, uid, gid);
  await chmod(at, line.mode);
  await utimes(at, seconds, seconds);
}

/** No line leads out of the folder, whoever wrote the list. */
function placeIn(dataFolder: string, relative: BytePath): Buffer {
  const names = relative.split("/");
  if (names.some((name) => name === "" || name === "." || name === ".." || name.includes("\0")))
    throw new BackupDamaged(`The list of files names "${shownPath(relative)}".`);
  return Buffer.concat([Buffer.from(`${path.resolve(dataFolder)}/`), Buffer.from(relative, "latin1")]);
}
