import type { CommitId, RepositoryId } from "#lib/domain/ids.ts";
import type { Result } from "#lib/result.ts";

/**
 * Keeps repositories. Ids are the forge's own strings; creation and import may be asynchronous;
 * listings are paged. Every adapter passes `server/adapters/forge/contract.ts`.
 */
export type Forge = {
  createRepository(name: string): Promise<Result<RepositoryId>>;
  /** What there is, in the order of ids. */
  listRepositories(page?: { after?: RepositoryId; limit?: number }): Promise<Result<{ repositories: readonly Repository[]; next: RepositoryId | null }>>;
  deleteRepository(id: RepositoryId): Promise<Result<void>>;
  /** The newest commit of a ref ("main"), not_found where it has none. */
  resolve(id: RepositoryId, ref: string): Promise<Result<CommitId>>;
  /** One level of a folder; "" is the root. */
  listFiles(
    id: RepositoryId,
    commit: CommitId,
    folder: string,
    page?: { after?: string; limit?: number },
  ): Promise<Result<{ entries: readonly TreeEntry[]; next: string | null }>>;
  readFile(id: RepositoryId, commit: CommitId, path: string, limitBytes: number): Promise<Result<Uint8Array>>;
  /** One commit on top of `parent` (null: the first). Fails with conflict when the ref moved meanwhile. */
  commit(id: RepositoryId, request: CommitRequest): Promise<Result<CommitId>>;
  /** Writes the tree of a commit into an existing empty folder. Links that lead out of the tree are refused. */
  exportTree(id: RepositoryId, commit: CommitId, intoFolder: string): Promise<Result<void>>;
  close(): Promise<void>;
};

export type Repository = { readonly id: RepositoryId; readonly createdAt: Date };

export type TreeEntry = { readonly name: string; readonly kind: "file" | "folder" | "link" | "module"; readonly bytes: number | null };

export type CommitRequest = {
  readonly ref: string;
  readonly parent: CommitId | null;
  readonly message: string;
  readonly author: { readonly name: string; readonly email: string; readonly at: Date };
  /** Path → new content; null deletes. */
  readonly changes: ReadonlyMap<string, Uint8Array | null>;
};
