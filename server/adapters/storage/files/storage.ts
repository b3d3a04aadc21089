import { type FileHandle, link, mkdir, rename } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import type { RunFile } from "#lib/domain/run.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import { randomText } from "#server/ids.ts";
import type { OpenRunFile, RunPlace, Storage } from "#server/ports/storage.ts";
import { copyFound, copyNewFiles, type Into, inFoundFolder } from "./copy-files.ts";
import { inFolders, inOwnFolder, isThere, makeFolder, withHome } from "./home-folders.ts";
import { createUsageCounter } from "./home-usage.ts";
import { finishFile } from "./home-write.ts";
import { giveTree } from "./mend-owner.ts";
import { removeTree } from "./remove-tree.ts";
import { homeFolder, namesOfRun } from "./run-places.ts";
import { codeOf, ignoring, inside, isPlainName, newFileFlags, openFolder, openFolderInside, openInside } from "./safe-open.ts";
import { walkFilesIn } from "./walk-files.ts";

/** The executed notebook stands first among a run's files, under this name. */
const notebookName = "notebook.ipynb";

/** The folder that a run's folder is in, and one for half-made things on the same file system. */
type Around = { readonly parent: FileHandle; readonly aside: FileHandle; readonly name: string; readonly uid: number | null };

/** Homes and unclaimed runs as folders below the data folder. */
export function createFileStorage(options: { readonly dataFolder: string; readonly homeBytes: number }): Storage {
  const { dataFolder } = options;
  const counter = createUsageCounter(options.homeBytes);
  const around = <T>(place: RunPlace, use: (around: Around) => Promise<T>): Promise<T> => aroundRun(dataFolder, place, use);

  return {
    async keepRun(place, fromFolder, notebook, limitBytes, givenFolders = []) {
      return around(place, (at) =>
        putFresh(at, async (into) => {
          const file = await openInside(into.folder, notebookName, newFileFlags);
          await file
            .writeFile(notebook)
            .then(() => finishFile(file, into.uid, false))
            .finally(() => file.close());
          const copied = fromFolder === null ? [] : await keepFiles(fromFolder, givenFolders, into, limitBytes - notebook.length);
          counter.add(
            place.username ?? "",
            [...copied, { bytes: notebook.length }].reduce((sum, { bytes }) => sum + bytes, 0),
          );
          return [{ path: notebookName, bytes: notebook.length }, ...copied.map((one) => ({ ...one, path: `files/${one.path}` }))];
        }),
      );
    },

    async listRunFiles(place) {
      const files: RunFile[] = [];
      await inRun(dataFolder, place, async (run) => {
        for await (const found of walkFilesIn(run)) files.push({ path: found.path, bytes: found.bytes });
      });
      return files.sort((a, b) => Number(b.path === notebookName) - Number(a.path === notebookName));
    },

    async openRunFile(place, file) {
      const none = () => fail("not_found", "No such file.");
      const names = file.split("/");
      if (!names.every(isPlainName)) return none();
      const handle = await inRun(dataFolder, place, (run) => inFolders(run, names.slice(0, -1), (folder) => openInside(folder, names.at(-1) ?? ""))).catch(
        () => null,
      );
      return handle ? openRunFile(handle) : none();
    },

    async claimRun(from, to) {
      await around(to, (target) =>
        aroundRun(dataFolder, from, async (source) => {
          const run = await openFolderInside(source.parent, source.name).catch(ignoring("ENOENT"));
          if (!run) return;
          // A crash after the move leaves only the target; one before it only the source: both are whole.
          await (target.uid === null ? Promise.resolve() : giveTree(run, target.uid)).finally(() => run.close());
          await moveRun(source, target);
        }),
      );
      counter.forget(to.username ?? "");
    },

    async shareFiles(from, to) {
      const shareable = from.username === null && to.username === null;
      await inRun(dataFolder, from, (source) =>
        around(to, async (target) => {
          if (await isThere(target.parent, target.name)) return;
          await putFresh(target, (into) => (shareable ? linkAll(source, into) : copyAll(source, into)));
        }),
      );
    },

    async removeRun(place) {
      await around(place, (at) => removeTree(at.parent, at.name));
      counter.forget(place.username ?? "");
    },

    async homeUsage(username) {
      const root = await openFolder(homeFolder(dataFolder, username)).catch(ignoring("ENOENT"));
      if (!root) return { usedBytes: 0, limitBytes: options.homeBytes };
      const { usedBytes, limitBytes } = await counter.usage(username, root).finally(() => root.close());
      return { usedBytes, limitBytes };
    },
  };
}

/** Folders on the way are made. In a home no name on the way is followed where it is a link: its person may write there. */
async function aroundRun<T>(dataFolder: string, place: RunPlace, use: (around: Around) => Promise<T>): Promise<T> {
  const names = namesOfRun(place);
  const name = names.at(-1) ?? "";
  if (place.username !== null) {
    const home = { username: place.username, uid: place.uid ?? null };
    return withHome(dataFolder, home, (root) =>
      inOwnFolder(root, home.uid, "tmp", (aside) =>
        inFolders(root, names.slice(0, -1), (parent) => use({ parent, aside, name, uid: home.uid }), { uid: home.uid }),
      ),
    );
  }
  const folder = path.join(dataFolder, "unclaimed");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const parent = await openFolder(folder);
  return use({ parent, aside: parent, name, uid: null }).finally(() => parent.close());
}

/** Nothing where there is no such run. */
async function inRun<T>(dataFolder: string, place: RunPlace, use: (run: FileHandle) => Promise<T>): Promise<T | undefined> {
  const names = namesOfRun(place);
  const root = place.username === null ? path.join(dataFolder, "unclaimed") : homeFolder(dataFolder, place.username);
  const opened = await openFolder(root).catch(ignoring("ENOENT"));
  if (!opened) return undefined;
  try {
    return await inFolders(opened, names, use).catch(ignoring("ENOENT", "ENOTDIR", "ELOOP"));
  } finally {
    await opened.close();
  }
}

/** Fills a new folder aside and puts it in the run's place. One is there already where a run was done twice after a crash: the later counts. */
async function putFresh<T>(at: Around, fill: (into: Into) => Promise<T>): Promise<T> {
  const fresh = `.${randomText(26)}`;
  try {
    const folder = await makeFolder(at.aside, fresh, at.uid);
    const filled = await fill({ folder, uid: at.uid }).finally(() => folder.close());
    await replaceRun(at, at.aside, fresh);
    return filled;
  } catch (error) {
    await removeTree(at.aside, fresh);
    throw error;
  }
}

async function replaceRun({ parent, aside, name }: Around, from: FileHandle, fresh: string): Promise<void> {
  const old = `${fresh}.old`;
  await rename(inside(parent, name), inside(aside, old)).catch(ignoring("ENOENT"));
  await rename(inside(from, fresh), inside(parent, name));
  await removeTree(aside, old);
}

async function keepFiles(fromFolder: string, givenFolders: readonly string[], { folder, uid }: Into, limitBytes: number): Promise<RunFile[]> {
  const files = await makeFolder(folder, "files", uid);
  return copyNewFiles(fromFolder, givenFolders, { folder: files, uid }, limitBytes).finally(() => files.close());
}

async function moveRun(source: Around, target: Around): Promise<void> {
  try {
    if (await isThere(target.parent, target.name)) return await removeTree(source.parent, source.name);
    await rename(inside(source.parent, source.name), inside(target.parent, target.name));
  } catch (error) {
    if (codeOf(error) !== "EXDEV") throw error;
    // Homes may be another file system: copied beside the target, then renamed, then the source goes.
    const run = await openFolderInside(source.parent, source.name);
    await putFresh(target, (into) => copyAll(run, into)).finally(() => run.close());
    await removeTree(source.parent, source.name);
  }
}

async function copyAll(source: FileHandle, into: Into): Promise<void> {
  for await (const found of walkFilesIn(source)) await copyFound(found, into);
}

/**
 * A second name for the same bytes: kept files are never written again, only replaced. Never in a home, where a person's
 * programs could write into what another has. Copied where a file system has no such names.
 */
async function linkAll(source: FileHandle, into: Into): Promise<void> {
  for await (const found of walkFilesIn(source)) {
    const linked = await inFoundFolder(found, into, (folder, name) => linkFile(source, found.path, folder, name));
    if (!linked) await copyFound(found, into);
  }
}

function linkFile(source: FileHandle, relative: string, folder: FileHandle, name: string): Promise<boolean> {
  return link(inside(source, relative), inside(folder, name)).then(
    () => true,
    (error: unknown) => {
      if (!["EXDEV", "EMLINK", "EPERM", "ENOTSUP"].includes(codeOf(error) ?? "")) throw error;
      return false;
    },
  );
}

/** Takes the handle: closes it, or gives it to the stream. */
async function openRunFile(handle: FileHandle): Promise<Result<OpenRunFile>> {
  const found = await handle.stat();
  if (!found.isFile()) {
    await handle.close();
    return fail("not_found", "No such file.");
  }
  // Ends at the size that is announced, even where the file grows meanwhile.
  const stream = found.size === 0 ? Readable.from([]) : handle.createReadStream({ start: 0, end: found.size - 1 });
  if (found.size === 0) await handle.close();
  return ok({ bytes: found.size, stream: Readable.toWeb(stream) as ReadableStream<Uint8Array> });
}
