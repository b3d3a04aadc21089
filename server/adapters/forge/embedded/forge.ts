import { access, rename, rm } from "node:fs/promises";
import path from "node:path";
import type { CommitId, RepositoryId } from "#lib/domain/ids.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Forge } from "#server/ports/forge.ts";
import { isAncestor, mergeBase } from "./ancestry.ts";
import { checkRepository } from "./check-repository.ts";
import { compareCommits } from "./compare-commits.ts";
import { createRepository } from "./create-repository.ts";
import { exportTree } from "./export-tree.ts";
import { forkRepository } from "./fork-repository.ts";
import { unlessDiskIsFull } from "./full-disk.ts";
import { isBlobId, isCommitId, isReadablePath, isRefName, isRepositoryId, newRepositoryId } from "./git-names.ts";
import { importRepository } from "./import/import-repository.ts";
import { listFolder } from "./list-folder.ts";
import { listRepositories } from "./list-repositories.ts";
import { listTree } from "./list-tree.ts";
import { maintainRepository } from "./maintain-repository.ts";
import type { ObjectReader } from "./object-reader.ts";
import { openBlob } from "./open-blob.ts";
import { readHistory } from "./read-history.ts";
import { readRef } from "./read-ref.ts";
import { ReaderPool } from "./reader-pool.ts";
import { sweepLeftovers } from "./sweep-leftovers.ts";
import { takeOver } from "./take-over.ts";
import { VersionNumbers } from "./version-numbers.ts";
import { writeCommit } from "./write-commit.ts";

const noFile = () => fail("not_found", "No such file.");
const noFolder = () => fail("not_found", "No such folder.");
const noVersion = () => fail("not_found", "No such version.");
const noBranch = () => fail("not_found", "No such branch.");

type Place = { readonly folder: string; readonly reader: ObjectReader };

export type EmbeddedForgeOptions = {
  readonly folder: string;
  /** Hosts of private networks that may be imported from: "host" or "host:port". */
  readonly importAllow?: readonly string[];
};

/** Repositories as bare folders, `<folder>/<xx>/<id>.git`, driven by the machine's git (2.38 or newer). */
export function createEmbeddedForge(options: EmbeddedForgeOptions): Forge {
  const readers = new ReaderPool();
  const numbers = new VersionNumbers();
  const closing = new AbortController();
  let maintenance: Promise<unknown> = Promise.resolve();
  const folderOf = (id: RepositoryId): string => path.join(options.folder, id.slice(0, 2), `${id}.git`);

  /** Does something in a repository that is there; what reads it is started by the first request. */
  async function within<T>(id: RepositoryId, act: (at: Place) => Promise<Result<T>> | Result<T>): Promise<Result<T>> {
    if (!isRepositoryId(id) || !(await exists(folderOf(id)))) return fail("not_found", "No such repository.");
    const folder = folderOf(id);
    return unlessDiskIsFull(async () => act({ folder, reader: readers.for(folder) }));
  }

  return {
    createRepository: (name) =>
      unlessDiskIsFull(async () => {
        const id = newRepositoryId();
        await createRepository(folderOf(id), name);
        return ok(id);
      }),

    async listRepositories(page = {}) {
      return ok(await listRepositories(options.folder, page.after ?? "", page.limit ?? 500));
    },

    deleteRepository: (id) =>
      within(id, async ({ folder }) => {
        readers.forget(folder);
        try {
          // Renamed first: a crash in the middle leaves rubbish, not half a repository.
          await rename(folder, `${folder}.deleted`);
        } catch (error) {
          // Somebody else is removing it in this moment: whoever makes a project that is taken back does so as well.
          if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
          return ok(undefined);
        }
        await rm(`${folder}.deleted`, { recursive: true, force: true });
        return ok(undefined);
      }),

    resolve: (id, ref) =>
      within(id, async ({ folder }) => {
        const commit = isRefName(ref) ? await readRef(folder, ref) : null;
        return commit ? ok(commit) : noBranch();
      }),

    listFiles: (id, commit, name, page = {}) =>
      within(id, async (at) => {
        if (!isCommitId(commit) || (name !== "" && !isReadablePath(name))) return noFolder();
        const listed = await listFolder(at.reader, commit, name, page);
        return listed ? ok(listed) : noFolder();
      }),

    listTree: (id, commit) => within(id, ({ folder }) => (isCommitId(commit) ? listTree(folder, commit) : noVersion())),

    readFile: (id, commit, file, limitBytes) =>
      within(id, async ({ reader }) => {
        const head = await findFile(reader, commit, file);
        return head ? readWhole(reader, head, limitBytes, file) : noFile();
      }),

    findFile: (id, commit, file) =>
      within(id, async ({ reader }) => {
        const head = await findFile(reader, commit, file);
        return head && isBlobId(head.id) ? ok({ blob: head.id, bytes: head.bytes }) : noFile();
      }),

    openFile: (id, commit, file) =>
      within(id, async ({ folder, reader }) => {
        const head = await findFile(reader, commit, file);
        if (!head || !isBlobId(head.id)) return noFile();
        return ok({ blob: head.id, bytes: head.bytes, stream: await openBlob(folder, reader, head) });
      }),

    readBlob: (id, blob, limitBytes) =>
      within(id, async ({ reader }) => {
        const head = isBlobId(blob) ? await reader.info(blob) : null;
        return head?.type === "blob" ? readWhole(reader, head, limitBytes, "The file") : noFile();
      }),

    commit: (id, request) =>
      within(id, async ({ folder, reader }) => {
        const commit = await writeCommit(folder, reader, request);
        if (commit.ok) numbers.follow(request.parent, commit.value);
        return commit;
      }),

    history: (id, commit, page = {}) =>
      within(id, (at) => {
        const known = isCommitId(commit) && (page.after === undefined || isCommitId(page.after)) && (page.path === undefined || isReadablePath(page.path));
        return known ? readHistory(at, numbers, commit, page) : noVersion();
      }),

    compare: (id, from, to) =>
      within(id, ({ folder, reader }) => ((from === null || isCommitId(from)) && isCommitId(to) ? compareCommits(folder, reader, from, to) : noVersion())),

    isAncestor: (id, ancestor, commit) =>
      within(id, async ({ folder }) => ok(isCommitId(ancestor) && isCommitId(commit) && (await isAncestor(folder, ancestor, commit)))),

    mergeBase: (id, one, other) => within(id, ({ folder }) => (isCommitId(one) && isCommitId(other) ? mergeBase(folder, one, other) : noVersion())),

    exportTree: (id, commit, into, limitBytes) =>
      within(id, ({ folder, reader }) => (isCommitId(commit) ? exportTree(folder, reader, commit, { into, limitBytes }) : noVersion())),

    fork: (source, name) =>
      within(source, async ({ folder }) => {
        const id = newRepositoryId();
        await forkRepository(folder, folderOf(id), name);
        return ok(id);
      }),

    // What has an id here is whole: a repository is moved to its place when it is.
    stateOf: (id) => within(id, () => ok("ready" as const)),

    takeOver: (id, source, commit) => within(id, ({ folder }) => within(source, (from) => (isCommitId(commit) ? takeOver(folder, from, commit) : noVersion()))),

    importFrom: (id, request) => within(id, ({ folder }) => importRepository(folder, request, { allow: options.importAllow ?? [] })),

    maintain: (id) =>
      within(id, async ({ folder }) => {
        if (closing.signal.aborted) return fail("unavailable", "The forge is being closed.");
        // One at a time: whoever saves or reads meanwhile has the machine.
        const turn = maintenance.then(() => maintainRepository(folder, closing.signal));
        maintenance = turn.catch(() => {});
        const packed = await turn.catch((error: unknown) => {
          if (!closing.signal.aborted) throw error;
          return false;
        });
        if (packed) readers.renew(folder);
        return ok(undefined);
      }),

    check: (id, commits) => within(id, ({ folder, reader }) => checkRepository(folder, reader, commits)),

    sweep: () => sweepLeftovers(options.folder),

    async close() {
      closing.abort();
      await maintenance;
      readers.close();
    },
  };
}

async function findFile(reader: ObjectReader, commit: CommitId, file: string) {
  if (!isCommitId(commit) || !isReadablePath(file)) return null;
  const head = await reader.info(`${commit}:${file}`);
  return head?.type === "blob" ? head : null;
}

async function readWhole(reader: ObjectReader, head: { id: string; bytes: number }, limitBytes: number, name: string): Promise<Result<Uint8Array>> {
  if (head.bytes > limitBytes) return fail("too_large", `${name} is larger than ${limitBytes} bytes.`);
  const chunks: Buffer[] = [];
  await reader.contents(head.id, (chunk) => chunks.push(chunk));
  return ok(Buffer.concat(chunks));
}

function exists(folder: string): Promise<boolean> {
  return access(folder).then(
    () => true,
    () => false,
  );
}
