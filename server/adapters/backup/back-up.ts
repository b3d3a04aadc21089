import { execFile } from "node:child_process";
import type { BigIntStats } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { Readable } from "node:stream";
import { promisify } from "node:util";
import { createGzip } from "node:zlib";
import { removalLock } from "#server/ports/store.ts";
import { dumpDatabase } from "../store/dump.ts";
import { createLocks } from "../store/locks.ts";
import { type BackupFolder, type Content, openBackupFolder } from "./backup-folder.ts";
import { type Line, type Manifest, shownPath, writePath } from "./manifest.ts";
import { walkData } from "./walk-data.ts";
import type { Found } from "./walk-tree.ts";

export type BackUpOptions = {
  readonly dataFolder: string;
  readonly databaseUrl: string;
  /** The folder of backups. */
  readonly into: string;
  readonly onPhase?: (text: string) => void;
};

/** Sweeps that remove files end within minutes. */
const patienceMs = 300_000;
const mostLeftOut = 1000;

/**
 * Backs up a data folder and its database while they are used. First the rows, at one moment, then the files: whatever rows
 * name was there before them and, since nothing that rows name is removed meanwhile, is there still.
 */
export async function backUp(options: BackUpOptions): Promise<Manifest> {
  const folder = openBackupFolder(options.into);
  await folder.make();
  const known = await stampsOf(folder);
  const locks = createLocks(options.databaseUrl);
  try {
    const held = await locks.withLock(removalLock, patienceMs, (lost) => copy(options, folder, known, lost));
    if (held === null) throw new Error("Another backup is made, or files are being removed, and it takes long: try again later.");
    return held.value;
  } finally {
    await locks.closeLocks();
  }
}

async function copy(options: BackUpOptions, folder: BackupFolder, known: ReadonlyMap<string, Content>, lost: AbortSignal): Promise<Manifest> {
  const { onPhase = () => {} } = options;
  onPhase("Rows of the database");
  let startedAt = new Date();
  const keepRows = async (rows: AsyncIterable<Uint8Array>) => (await folder.keep(Readable.from(rows).pipe(createGzip({ level: 6 })))).content;
  const database = await dumpDatabase(options.databaseUrl, keepRows, (at) => {
    startedAt = at;
  });
  onPhase("Repositories, homes and kept results");
  const tally: Tally = { entries: 0, bytes: 0, leftOut: [] };
  const lines = listLines(options.dataFolder, folder, new Map(known), tally, lost);
  const { content: list } = await folder.keep(Readable.from(lines).pipe(createGzip({ level: 6 })));
  // One for all files: each by itself would take a disk's turn a file.
  await promisify(execFile)("sync", ["--file-system", folder.folder]);
  const manifest: Manifest = {
    format: 1,
    name: await freeName(folder, startedAt),
    startedAt: startedAt.toISOString(),
    finishedAt: new Date().toISOString(),
    serverUid: process.getuid?.() ?? 0,
    database: {
      migrations: [...database.migrations],
      tables: database.tables.map((one) => ({ ...one, columns: [...one.columns] })),
      sequences: [...database.sequences],
    },
    files: { list, entries: tally.entries, bytes: tally.bytes },
    leftOut: tally.leftOut.slice(0, mostLeftOut),
  };
  lost.throwIfAborted();
  await folder.finish(manifest);
  return manifest;
}

type Tally = { entries: number; bytes: number; leftOut: { path: string; why: string }[] };

async function* listLines(dataFolder: string, folder: BackupFolder, known: Map<string, Content>, tally: Tally, lost: AbortSignal): AsyncGenerator<string> {
  for await (const found of walkData(dataFolder)) {
    lost.throwIfAborted();
    if (found.kind === "unreadable") {
      tally.leftOut.push({ path: shownPath(found.path), why: found.why });
      continue;
    }
    const line = await lineOf(found, folder, known);
    tally.entries += 1;
    if (line.kind === "file") tally.bytes += line.bytes;
    yield `${JSON.stringify(line)}\n`;
  }
}

async function lineOf(found: Exclude<Found, { kind: "unreadable" }>, folder: BackupFolder, known: Map<string, Content>): Promise<Line> {
  const { stat } = found;
  const owned = { mode: Number(stat.mode & 0o7777n), uid: Number(stat.uid), gid: Number(stat.gid), mtimeMs: Number(stat.mtimeMs) };
  const place = { ...writePath(found.path), ...owned };
  if (found.kind === "folder") return { kind: "folder", ...place };
  if (found.kind === "link") return { kind: "link", ...place, target: Buffer.from(found.target, "latin1").toString("base64") };
  const stamp = stampOf(stat);
  const before = known.get(stamp);
  if (before && (await folder.has(before.content))) return { kind: "file", ...place, ...before, stamp };
  const kept = await folder.keep(piecesOf(found.handle, Number(stat.size)));
  // Whoever wrote into it meanwhile has it read again next time.
  const settled = stampOf(await found.handle.stat({ bigint: true })) === stamp;
  if (settled) known.set(stamp, kept);
  return { kind: "file", ...place, ...kept, ...(settled ? { stamp } : {}) };
}

/** At most the size seen at first: a file that somebody goes on writing must have an end. */
async function* piecesOf(handle: FileHandle, limitBytes: number): AsyncGenerator<Buffer> {
  for (let done = 0; done < limitBytes; ) {
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(Math.min(1024 * 1024, limitBytes - done)), 0, undefined, done);
    if (bytesRead === 0) return;
    done += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

function stampOf(stat: BigIntStats): string {
  return [stat.dev, stat.ino, stat.size, stat.ctimeNs].map((number) => number.toString(36)).join("-");
}

/** What the newest backup has read already. */
async function stampsOf(folder: BackupFolder): Promise<Map<string, Content>> {
  const known = new Map<string, Content>();
  const newest = (await folder.names()).at(-1);
  if (newest === undefined) return known;
  try {
    for await (const line of folder.lines(await folder.manifest(newest)))
      if (line.kind === "file" && line.stamp !== undefined) known.set(line.stamp, { content: line.content, bytes: line.bytes });
  } catch {
    // A damaged backup saves nothing: everything is read again.
    known.clear();
  }
  return known;
}

/** "20261123T090503Z": sorts by time. */
async function freeName(folder: BackupFolder, at: Date): Promise<string> {
  const base = `${at.toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
  const taken = new Set(await folder.names());
  for (let number = 1; ; number++) {
    const name = number === 1 ? base : `${base}-${number}`;
    if (!taken.has(name)) return name;
  }
}
