import { access, mkdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { RepositoryId } from "#lib/domain/ids.ts";
import { fail, ok } from "#lib/result.ts";
import type { Forge } from "#server/ports/forge.ts";
import { exportTree } from "./export-tree.ts";
import { isCommitId, isRefName, isRepositoryId, isTreePath, newRepositoryId } from "./git-names.ts";
import { listFolder } from "./list-folder.ts";
import { listRepositories } from "./list-repositories.ts";
import { ReaderPool } from "./reader-pool.ts";
import { runGit } from "./run-git.ts";
import { writeCommit } from "./write-commit.ts";

const settings = [
  // Collecting happens when we say so, never in the middle of somebody's save.
  ["gc.auto", "0"],
  ["receive.fsckObjects", "true"],
  ["transfer.fsckObjects", "true"],
  ["core.logAllRefUpdates", "true"],
] as const;

const noRepository = () => fail("not_found", "No such repository.");

/** Repositories as bare folders, `<folder>/<xx>/<id>.git`, driven by the machine's git (2.38 or newer). */
export function createEmbeddedForge(options: { readonly folder: string }): Forge {
  const readers = new ReaderPool();
  const folderOf = (id: RepositoryId): string | null => (isRepositoryId(id) ? path.join(options.folder, id.slice(0, 2), `${id}.git`) : null);
  const readerOf = async (id: RepositoryId) => {
    const folder = folderOf(id);
    if (!folder || !(await exists(folder))) return null;
    return { folder, reader: readers.for(folder) };
  };

  return {
    async createRepository(name) {
      const id = newRepositoryId();
      const folder = path.join(options.folder, id.slice(0, 2), `${id}.git`);
      const fresh = `${folder}.new`;
      await mkdir(path.dirname(folder), { recursive: true, mode: 0o700 });
      const made = await runGit(fresh, ["init", "--quiet", "--bare", "--initial-branch=main", "--template=", "--end-of-options", fresh]);
      if (made.code !== 0) throw new Error(`git init: ${made.stderr}`);
      for (const [key, value] of settings) await runGit(fresh, ["config", key, value]);
      await writeFile(path.join(fresh, "description"), `${name.replace(/\s+/g, " ").slice(0, 200)}\n`);
      await rename(fresh, folder);
      return ok(id);
    },

    async listRepositories(page = {}) {
      return ok(await listRepositories(options.folder, page.after ?? "", page.limit ?? 500));
    },

    async deleteRepository(id) {
      const folder = folderOf(id);
      if (!folder || !(await exists(folder))) return noRepository();
      readers.forget(folder);
      // Renamed first: a crash in the middle leaves rubbish, not half a repository.
      await rename(folder, `${folder}.deleted`);
      await rm(`${folder}.deleted`, { recursive: true, force: true });
      return ok(undefined);
    },

    async resolve(id, ref) {
      const folder = folderOf(id);
      if (!folder || !(await exists(folder))) return noRepository();
      if (!isRefName(ref)) return fail("not_found", "No such branch.");
      // A process of its own: the long-lived reader may have cached packed refs.
      const found = await runGit(folder, ["rev-parse", "--verify", "--quiet", "--end-of-options", `refs/heads/${ref}^{commit}`]);
      const commit = found.stdout.toString().trim();
      return found.code === 0 && isCommitId(commit) ? ok(commit) : fail("not_found", "No such branch.");
    },

    async listFiles(id, commit, folder, page = {}) {
      const at = await readerOf(id);
      if (!at) return noRepository();
      if (!isCommitId(commit) || (folder !== "" && !isTreePath(folder))) return fail("not_found", "No such folder.");
      const listed = await listFolder(at.reader, commit, folder, page);
      return listed ? ok(listed) : fail("not_found", "No such folder.");
    },

    async readFile(id, commit, file, limitBytes) {
      const at = await readerOf(id);
      if (!at) return noRepository();
      if (!isCommitId(commit) || !isTreePath(file)) return fail("not_found", "No such file.");
      const head = await at.reader.info(`${commit}:${file}`);
      if (head?.type !== "blob") return fail("not_found", "No such file.");
      if (head.bytes > limitBytes) return fail("too_large", `${file} is larger than ${limitBytes} bytes.`);
      const chunks: Buffer[] = [];
      await at.reader.contents(head.id, (chunk) => chunks.push(chunk));
      return ok(Buffer.concat(chunks));
    },

    async commit(id, request) {
      const folder = folderOf(id);
      return folder && (await exists(folder)) ? writeCommit(folder, request) : noRepository();
    },

    async exportTree(id, commit, intoFolder) {
      const at = await readerOf(id);
      if (!at) return noRepository();
      return isCommitId(commit) ? exportTree(at.folder, at.reader, commit, intoFolder) : fail("not_found", "No such commit.");
    },

    fork: notYet,
    stateOf: notYet,
    listTree: notYet,
    openFile: notYet,
    readBlob: notYet,
    history: notYet,
    compare: notYet,
    isAncestor: notYet,
    mergeBase: notYet,
    takeOver: notYet,
    importFrom: notYet,
    maintain: notYet,

    async close() {
      readers.close();
    },
  };
}

function exists(folder: string): Promise<boolean> {
  return access(folder).then(
    () => true,
    () => false,
  );
}

const notYet = (): never => {
  throw new Error("not made yet");
};
