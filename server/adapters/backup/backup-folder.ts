import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { type Line, lineSchema, type Manifest, parseManifest, printManifest } from "./manifest.ts";

export type Content = { readonly content: string; readonly bytes: number };

/** A damaged or unfinished backup; `message` is for the operator. */
export class BackupDamaged extends Error {}

/**
 * A folder of backups: `contents/<xx>/<sha256>` holds every file once, however many backups and places have it;
 * `backups/<name>.json` says what belongs to one. What no manifest names is of a backup that was broken off.
 */
export function openBackupFolder(folder: string) {
  const contents = path.join(folder, "contents");
  const manifests = path.join(folder, "backups");
  const placeOf = (content: string): string => path.join(contents, content.slice(0, 2), content);

  return {
    folder,
    placeOf,

    async make(): Promise<void> {
      for (const place of [folder, contents, manifests]) await mkdir(place, { recursive: true, mode: 0o700 });
    },

    /** Keeps what `pieces` yields, unless it is there already. */
    async keep(pieces: AsyncIterable<Uint8Array>): Promise<Content> {
      const fresh = path.join(contents, `${randomBytes(12).toString("hex")}.new`);
      const hash = createHash("sha256");
      let bytes = 0;
      const file = await open(fresh, "wx", 0o600);
      try {
        for await (const piece of pieces) {
          hash.update(piece);
          bytes += piece.length;
          await file.writeFile(piece);
        }
      } catch (error) {
        await rm(fresh, { force: true });
        throw error;
      } finally {
        await file.close();
      }
      const content = hash.digest("hex");
      await settle(fresh, placeOf(content), bytes);
      return { content, bytes };
    },

    async has(content: string): Promise<boolean> {
      return stat(placeOf(content)).then(
        () => true,
        () => false,
      );
    },

    /** The names of whole backups, the oldest first. */
    async names(): Promise<readonly string[]> {
      const found = await readdir(manifests).catch(() => []);
      return found
        .filter((name) => /^[0-9]{8}T[0-9]{6}Z(-[0-9]+)?\.json$/.test(name))
        .map((name) => name.slice(0, -5))
        .sort();
    },

    async manifest(name: string): Promise<Manifest> {
      const text = await readFile(path.join(manifests, `${name}.json`), "utf8").catch(() => null);
      if (text === null) throw new BackupDamaged(`There is no backup called "${name}" in ${folder}.`);
      const manifest = parseManifest(text);
      if (manifest === null) throw new BackupDamaged(`The manifest of the backup ${name} is damaged: what it says is not what was written.`);
      return manifest;
    },

    /** The lines of a backup's list of files. Whoever relies on them has checked the list's digest. */
    async *lines(manifest: Manifest): AsyncGenerator<Line> {
      const raw = createReadStream(placeOf(manifest.files.list));
      const text = raw.pipe(createGunzip());
      raw.on("error", (error) => text.destroy(error));
      for await (const line of createInterface({ input: text, crlfDelay: Number.POSITIVE_INFINITY })) yield lineSchema.parse(JSON.parse(line));
    },

    /** A backup is there from this moment on: its manifest comes last, after everything else is on the disk. */
    async finish(manifest: Manifest): Promise<void> {
      const fresh = path.join(manifests, `${manifest.name}.new`);
      const file = await open(fresh, "w", 0o600);
      try {
        await file.writeFile(printManifest(manifest));
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(fresh, path.join(manifests, `${manifest.name}.json`));
      const names = await open(manifests);
      await names.sync().finally(() => names.close());
    },

    /** Removes all but the newest `count` backups, and then what none of the rest names. Answers how many contents went. */
    async prune(count: number): Promise<number> {
      const names = await this.names();
      for (const name of names.slice(0, Math.max(0, names.length - count))) await rm(path.join(manifests, `${name}.json`));
      const named = new Set<string>();
      for (const name of await this.names()) for await (const one of contentsOf(this, await this.manifest(name))) named.add(one);
      let removed = 0;
      for (const shelf of await readdir(contents, { withFileTypes: true })) {
        const names = shelf.isDirectory() ? (await readdir(path.join(contents, shelf.name))).map((name) => path.join(shelf.name, name)) : [shelf.name];
        for (const name of names) {
          if (named.has(path.basename(name))) continue;
          await rm(path.join(contents, name), { force: true });
          removed += 1;
        }
      }
      return removed;
    },
  };
}
export type BackupFolder = ReturnType<typeof openBackupFolder>;

/** Everything that a backup needs, each as often as it is named. */
export async function* contentsOf(folder: Pick<BackupFolder, "lines">, manifest: Manifest): AsyncGenerator<string> {
  yield manifest.files.list;
  for (const table of manifest.database.tables) yield table.content;
  for await (const line of folder.lines(manifest)) if (line.kind === "file") yield line.content;
}

/** The bytes of a content with a check at their end: a content that is not what its name says fails there. */
export async function* checked(stream: Readable, content: string, what: string): AsyncGenerator<Buffer> {
  const hash = createHash("sha256");
  for await (const piece of stream as AsyncIterable<Buffer>) {
    hash.update(piece);
    yield piece;
  }
  if (hash.digest("hex") !== content) throw new BackupDamaged(`${what} is damaged in the backup: its content ${content} is not what was written.`);
}

/** Of another size it was cut short by a crash. */
async function settle(fresh: string, place: string, bytes: number): Promise<void> {
  const known = await stat(place).catch(() => null);
  if (known?.size === bytes) {
    await rm(fresh);
    return;
  }
  await mkdir(path.dirname(place), { recursive: true, mode: 0o700 });
  await rename(fresh, place);
}
