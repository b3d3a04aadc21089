import type { BlobId } from "#lib/domain/ids.ts";
import type { Result } from "#lib/result.ts";

/**
 * People's homes: settings, private files, working copies below `projects/`, runs below `runs/`. Everything here belongs to
 * the person's own uid, who may be writing at the same moment: each path is walked name by name without following links,
 * so that none leads out of the home, and a file is replaced by a rename, never written in place.
 * Paths are relative to the home, with "/" between names; "" is the home itself.
 */
export type Homes = {
  /** Makes what lacks of a home's folders; harmless to repeat. */
  ensure(home: Home): Promise<void>;
  /** Whose homes there are. */
  usernames(): Promise<readonly string[]>;
  /** The folder of this machine that a group's members share, made where it lacks, with its gid as owner (null: all files are the server's own). */
  ensureGroupFolder(group: { readonly id: string; readonly gid: number | null }): Promise<string>;
  /** Folder of this machine that holds the home, for a kernel's mount. */
  folderOf(home: Home): string;
  list(
    home: Home,
    folder: string,
    /** `after` is the `next` of the page before. Folders stand first. */
    page?: { after?: string; limit?: number; hidden?: boolean },
  ): Promise<Result<{ entries: readonly HomeEntry[]; next: string | null }>>;
  find(home: Home, path: string): Promise<Result<HomeEntry>>;
  /** `range` in bytes, end exclusive. */
  open(home: Home, path: string, range?: { start: number; end: number }): Promise<Result<OpenHomeFile>>;
  /**
   * Makes or replaces a file; folders on the way are made. With `ifStamp` only where the file is still that one (null: only
   * where there is none), else "conflict". "too_large" beyond `limitBytes` or the home's quota (`beyondQuota`: twice that), with nothing changed.
   */
  write(
    home: Home,
    path: string,
    content: Uint8Array | ReadableStream<Uint8Array>,
    options?: { ifStamp?: FileStamp | null; limitBytes?: number; executable?: boolean; beyondQuota?: boolean },
  ): Promise<Result<HomeEntry>>;
  /**
   * Makes thousands of files in a fraction of the time, each only where there is none; answers the paths where something is
   * already. All are on the disk when it ends; after a crash some are there, each whole.
   */
  writeMany(home: Home, files: readonly NewHomeFile[], options?: WriteManyOptions): Promise<Result<readonly string[]>>;
  /** Says whether programs may run a file, only where it is still the one that was looked at. */
  setExecutable(home: Home, path: string, executable: boolean, options: { ifStamp: FileStamp }): Promise<Result<HomeEntry>>;
  makeFolder(home: Home, path: string): Promise<Result<HomeEntry>>;
  /** Within the home; "conflict" where something is there already. */
  move(home: Home, from: string, to: string): Promise<Result<HomeEntry>>;
  /** Removes for good; for working copies, where a version holds the file. */
  remove(home: Home, path: string, options?: { ifStamp?: FileStamp }): Promise<Result<void>>;
  trash(home: Home, path: string): Promise<Result<TrashedEntry>>;
  listTrash(home: Home): Promise<readonly TrashedEntry[]>;
  /** Puts it back where it was, or beside what is there now. */
  restore(home: Home, trashId: string): Promise<Result<HomeEntry>>;
  /** Removes trashed things for good: one, or all that are older. */
  emptyTrash(home: Home, which: { id: string } | { before: Date }): Promise<void>;
  /** Counted at most some seconds ago; `fresh` counts again. The trash counts too. */
  usage(home: Home, options?: { fresh?: boolean }): Promise<HomeUsage>;
  /** A large file in pieces, to be gone on with after the network or the server was away. */
  beginUpload(home: Home, path: string, totalBytes: number): Promise<Result<UploadProgress>>;
  findUpload(home: Home, uploadId: string): Promise<Result<UploadProgress>>;
  /** "conflict" where `offset` is not where the last piece ended; what arrived before a cut stays. */
  appendUpload(home: Home, uploadId: string, offset: number, content: ReadableStream<Uint8Array>): Promise<Result<UploadProgress>>;
  finishUpload(home: Home, uploadId: string): Promise<Result<HomeEntry>>;
  abandonUpload(home: Home, uploadId: string): Promise<void>;
  /** Uploads that nobody went on with, half-written files of a crash. */
  sweep(home: Home, before: Date): Promise<void>;
  /**
   * Every file below a folder with the git id of its content (kept from the last time where size, times and inode are the same).
   * What `isLeftOutName` names is left out, and so are pipes and devices; links are named and not followed.
   */
  scan(home: Home, folder: string): Promise<Result<readonly ScannedFile[]>>;
};

/** `uid`: whom the files belong to on this machine; null where the server is an ordinary user and all is its own. */
export type Home = { readonly username: string; readonly uid: number | null };

/** Says whether a file is still the one that was read: opaque, equal as text. */
export type FileStamp = string & { readonly __brand: "FileStamp" };

export type HomeEntry = {
  readonly name: string;
  readonly path: string;
  readonly kind: "file" | "folder" | "link" | "other";
  readonly bytes: number;
  readonly modifiedAt: Date;
  readonly stamp: FileStamp;
  /** Stays while it is moved, renamed or changed; what is made anew under a name has another. */
  readonly identity: string;
};
export type NewHomeFile = {
  readonly path: string;
  readonly executable: boolean;
  readonly open: () => Promise<Uint8Array | ReadableStream<Uint8Array>>;
};
export type WriteManyOptions = {
  readonly beyondQuota?: boolean;
  readonly signal?: AbortSignal;
  /** Told for each that is written; names and the disk itself follow. */
  readonly onProgress?: (done: number) => void;
};
export type OpenHomeFile = { readonly entry: HomeEntry; readonly totalBytes: number; readonly stream: ReadableStream<Uint8Array> };
export type TrashedEntry = { readonly id: string; readonly path: string; readonly kind: HomeEntry["kind"]; readonly bytes: number; readonly trashedAt: Date };
export type HomeUsage = { readonly usedBytes: number; readonly limitBytes: number; readonly countedAt: Date };
export type UploadProgress = { readonly uploadId: string; readonly path: string; readonly receivedBytes: number; readonly totalBytes: number };
export type ScannedFile = {
  readonly path: string;
  readonly kind: "file" | "executable" | "link";
  readonly bytes: number;
  readonly modifiedAt: Date;
  readonly blob: BlobId;
  readonly stamp: FileStamp;
};
