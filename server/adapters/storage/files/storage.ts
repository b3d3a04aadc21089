import { randomBytes } from "node:crypto";
import { constants, copyFile, cp, link, mkdir, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import type { RunFile } from "#lib/domain/run.ts";
import { fail, ok } from "#lib/result.ts";
import type { RunPlace, Storage } from "#server/ports/storage.ts";
import { copyNewFiles, openBelow } from "./copy-files.ts";
import { homeFolder, runFolder } from "./run-places.ts";
import { isPlainName } from "./safe-open.ts";
import { walkFiles } from "./walk-files.ts";

/** The executed notebook stands first among a run's files, under this name. */
const notebookName = "notebook.ipynb";

/** Homes and unclaimed runs as folders below the data folder. */
export function createFileStorage(options: { readonly dataFolder: string; readonly homeBytes: number }): Storage {
  const folderOf = (place: RunPlace): string => runFolder(options.dataFolder, place);

  return {
    async keepRun(place, fromFolder, notebook, limitBytes, givenFolders = []) {
      const folder = folderOf(place);
      const fresh = await freshBeside(folder);
      try {
        await writeFile(path.join(fresh, notebookName), notebook, { mode: 0o600, flag: "wx" });
        const filesFolder = path.join(fresh, "files");
        const copied = fromFolder === null ? [] : await copyNewFiles(fromFolder, givenFolders, filesFolder, limitBytes - notebook.length);
        await replaceFolder(fresh, folder);
        return [{ path: notebookName, bytes: notebook.length }, ...copied.map((file) => ({ ...file, path: `files/${file.path}` }))];
      } catch (error) {
        await rm(fresh, { recursive: true, force: true });
        throw error;
      }
    },

    async listRunFiles(place) {
      const files: RunFile[] = [];
      for await (const found of walkFiles(folderOf(place))) files.push({ path: found.path, bytes: found.bytes });
      return files.sort((a, b) => Number(b.path === notebookName) - Number(a.path === notebookName));
    },

    async openRunFile(place, file) {
      const none = () => fail("not_found", "No such file.");
      if (!file.split("/").every(isPlainName)) return none();
      // A link inside the run may stay; where it ends is looked up first, then opened step by step without links.
      const root = await realpath(folderOf(place)).catch(() => null);
      const real = root && (await realpath(path.join(root, file)).catch(() => null));
      if (!root || !real?.startsWith(`${root}/`)) return none();
      const inside = path.relative(root, real);
      if (!inside.split("/").every(isPlainName)) return none();
      const handle = await openBelow(root, inside).catch(() => null);
      if (!handle) return none();
      const found = await handle.stat();
      if (!found.isFile()) {
        await handle.close();
        return none();
      }
      // Ends at the size that is announced, even where the file grows meanwhile.
      const stream = found.size === 0 ? Readable.from([]) : handle.createReadStream({ start: 0, end: found.size - 1 });
      if (found.size === 0) await handle.close();
      return ok({ bytes: found.size, stream: Readable.toWeb(stream) as ReadableStream<Uint8Array> });
    },

    async claimRun(from, to) {
      const [source, target] = [folderOf(from), folderOf(to)];
      if (!(await isFolder(source))) return;
      // A crash after the move leaves only the target; one before it only the source: both are whole.
      await mkdir(path.dirname(target), { recursive: true, mode: 0o700 });
      await moveFolder(source, target);
    },

    async shareFiles(from, to) {
      const [source, target] = [folderOf(from), folderOf(to)];
      if (!(await isFolder(source)) || (await isFolder(target))) return;
      const fresh = await freshBeside(target);
      try {
        for await (const found of walkFiles(source)) await linkFile(path.join(source, found.path), path.join(fresh, found.path));
        await replaceFolder(fresh, target);
      } catch (error) {
        await rm(fresh, { recursive: true, force: true });
        throw error;
      }
    },

    async removeRun(place) {
      await rm(folderOf(place), { recursive: true, force: true });
    },

    async homeUsage(username) {
      let usedBytes = 0;
      for await (const found of walkFiles(homeFolder(options.dataFolder, username))) usedBytes += found.bytes;
      return { usedBytes, limitBytes: options.homeBytes };
    },
  };
}

/** Hidden, so that a half-written folder is never listed; on the same file system, so that the rename is atomic. */
async function freshBeside(folder: string): Promise<string> {
  const fresh = path.join(/* turbopackIgnore: true */ path.dirname(folder), `.${path.basename(folder)}.${randomBytes(6).toString("hex")}`);
  await mkdir(fresh, { recursive: true, mode: 0o700 });
  return fresh;
}

/** A folder is there already where a run was done twice after a crash: the later one counts. */
async function replaceFolder(fresh: string, folder: string): Promise<void> {
  const old = `${fresh}.old`;
  await rename(folder, old).catch(ignoreMissing);
  await rename(fresh, folder);
  await rm(old, { recursive: true, force: true });
}

async function moveFolder(source: string, target: string): Promise<void> {
  try {
    await rename(source, target);
  } catch (error) {
    if (codeOf(error) === "ENOTEMPTY" || codeOf(error) === "EEXIST") return rm(source, { recursive: true, force: true });
    if (codeOf(error) !== "EXDEV") throw error;
    // Homes may be another file system: copied beside the target, then renamed, then the source goes.
    const fresh = await freshBeside(target);
    await cp(source, fresh, { recursive: true, verbatimSymlinks: true });
    await replaceFolder(fresh, target);
    await rm(source, { recursive: true, force: true });
  }
}

/** A second name for the same bytes: kept files are never written again, only replaced. Copied where a file system has no such names. */
async function linkFile(source: string, target: string): Promise<void> {
  await mkdir(path.dirname(target), { recursive: true, mode: 0o700 });
  await link(source, target).catch((error: unknown) => {
    if (!["EXDEV", "EMLINK", "EPERM", "ENOTSUP"].includes(codeOf(error) ?? "")) throw error;
    return copyFile(source, target, constants.COPYFILE_EXCL);
  });
}

function isFolder(folder: string): Promise<boolean> {
  return stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

function ignoreMissing(error: unknown): void {
  if (codeOf(error) !== "ENOENT") throw error;
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}
