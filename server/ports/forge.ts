import type { BlobId, CommitId, RepositoryId } from "#lib/domain/ids.ts";
import type { FileChange } from "#lib/domain/project.ts";
import type { Result } from "#lib/result.ts";

/**
 * Keeps repositories. Ids are the forge's own strings; creation, fork and import may be asynchronous;
 * listings are paged. Every adapter passes `server/adapters/forge/contract.ts`.
 */
export type Forge = {
  createRepository(name: string): Promise<Result<RepositoryId>>;
  /** What there is, in the order of ids. */
  listRepositories(page?: { after?: RepositoryId; limit?: number }): Promise<Result<{ repositories: readonly Repository[]; next: RepositoryId | null }>>;
  deleteRepository(id: RepositoryId): Promise<Result<void>>;
  /** A repository of its own with all that the source has now. It may take a while: ask `stateOf` until it is ready. */
  fork(source: RepositoryId, name: string): Promise<Result<RepositoryId>>;
  stateOf(id: RepositoryId): Promise<Result<"ready" | "pending" | "failed">>;
  /** The newest commit of a ref ("main"), not_found where it has none. */
  resolve(id: RepositoryId, ref: string): Promise<Result<CommitId>>;
  /** One level of a folder; "" is the root. */
  listFiles(
    id: RepositoryId,
    commit: CommitId,
    folder: string,
    page?: { after?: string; limit?: number },
  ): Promise<Result<{ entries: readonly TreeEntry[]; next: string | null }>>;
  /** Every file of a commit, in the order of paths. Without sizes, which would cost a look at each. */
  listTree(id: RepositoryId, commit: CommitId): Promise<Result<readonly TreeFile[]>>;
  readFile(id: RepositoryId, commit: CommitId, path: string, limitBytes: number): Promise<Result<Uint8Array>>;
  /** Content's name and size of a file, without reading it. */
  findFile(id: RepositoryId, commit: CommitId, path: string): Promise<Result<{ blob: BlobId; bytes: number }>>;
  /** A file of any size, as a stream. */
  openFile(id: RepositoryId, commit: CommitId, path: string): Promise<Result<{ blob: BlobId; bytes: number; stream: ReadableStream<Uint8Array> }>>;
  readBlob(id: RepositoryId, blob: BlobId, limitBytes: number): Promise<Result<Uint8Array>>;
  /** One commit on top of `parent` (null: the first). Fails with conflict when the ref moved meanwhile. */
  commit(id: RepositoryId, request: CommitRequest): Promise<Result<CommitId>>;
  /** Versions along the first parents, the newest first, with their numbers. `commit` begins there instead of at the newest. */
  history(
    id: RepositoryId,
    commit: CommitId,
    page?: { after?: CommitId; limit?: number; path?: string },
  ): Promise<Result<{ versions: readonly ForgeVersion[]; next: CommitId | null }>>;
  /** How files differ between two commits of this repository, moves found; `from` null is the empty tree. */
  compare(id: RepositoryId, from: CommitId | null, to: CommitId): Promise<Result<readonly ForgeChange[]>>;
  /** Whether `ancestor` is `commit` or in its history; a commit that is not there at all answers false. */
  isAncestor(id: RepositoryId, ancestor: CommitId, commit: CommitId): Promise<Result<boolean>>;
  /** The newest commit that both grew from, null where they share nothing. */
  mergeBase(id: RepositoryId, one: CommitId, other: CommitId): Promise<Result<CommitId | null>>;
  /** Makes a commit of another repository (and its history) readable in this one, without moving any branch. */
  takeOver(id: RepositoryId, source: RepositoryId, commit: CommitId): Promise<Result<void>>;
  /** Fills an empty repository from a public or private git address. Private network addresses are refused after the name was resolved. */
  importFrom(id: RepositoryId, request: ImportRequest): Promise<Result<CommitId>>;
  /** Writes the tree of a commit into an existing empty folder. Links that lead out of the tree are refused, and so is what is larger, of which nothing is written. */
  exportTree(id: RepositoryId, commit: CommitId, intoFolder: string, limitBytes: number): Promise<Result<void>>;
  /** Packs what became loose and removes what nobody can reach; called rarely, at a quiet time. */
  maintain(id: RepositoryId): Promise<Result<void>>;
  /** Reads everything that is kept of it. "unavailable" where something is damaged, "not_found" where one of the commits is not there; the words say what. */
  check(id: RepositoryId, commits: readonly CommitId[]): Promise<Result<void>>;
  /** Removes what was half made, half received or half removed when a process was killed. */
  sweep(): Promise<void>;
  close(): Promise<void>;
};

export type Repository = { readonly id: RepositoryId; readonly createdAt: Date };

export type TreeEntry = { readonly name: string; readonly kind: "file" | "folder" | "link" | "module"; readonly bytes: number | null };
export type TreeFile = { readonly path: string; readonly kind: "file" | "executable" | "link" | "module"; readonly blob: BlobId };
export type ForgeVersion = {
  readonly commit: CommitId;
  readonly parents: readonly CommitId[];
  /** Counts from 1 along the first parents. */
  readonly number: number;
  readonly message: string;
  readonly author: string;
  readonly at: Date;
};
export type ForgeChange = FileChange & { readonly fromBlob: BlobId | null; readonly toBlob: BlobId | null };

export type CommitRequest = {
  /** Null moves no branch: a line of work that the next commit brings in by `merged`, or content that it names by its blob. Kept for a day at least. */
  readonly ref: string | null;
  readonly parent: CommitId | null;
  /** A line of work that this commit brings in: kept as the second parent where the forge can, in the message where not. */
  readonly merged?: CommitId;
  readonly message: string;
  readonly author: { readonly name: string; readonly email: string; readonly at: Date };
  /** Path → new content; null deletes. A blob id takes content that the repository has already. Without a kind, what programs may run they still may. */
  readonly changes: ReadonlyMap<string, NewContent>;
};

export type NewContent =
  | Uint8Array
  | { readonly bytes: Uint8Array; readonly kind: "file" | "executable" }
  | { readonly blob: BlobId; readonly kind?: TreeFile["kind"] }
  | null;

export type ImportRequest = {
  readonly url: string;
  /** Kept in memory only, never in the address, a log or a command line. */
  readonly credentials: { readonly username: string; readonly password: string } | null;
  readonly limitBytes: number;
  readonly timeoutSeconds: number;
  readonly signal?: AbortSignal;
  readonly onProgress: (phase: string, percent: number | null) => void;
};
