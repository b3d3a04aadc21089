import type { RunFile } from "#lib/domain/run.ts";
import type { Result } from "#lib/result.ts";

/** People's files: homes, and runs that nobody owns yet. Paths are walked name by name, and no link is followed. */
export type Storage = {
  /**
   * Keeps the executed notebook and a finished run's files, and returns what was kept: first the notebook, then files
   * below "files/". What stands unchanged in one of `givenFolders` (the commit's own files, uploads) is left out, and
   * so is what would go beyond `limitBytes`.
   */
  keepRun(run: RunPlace, fromFolder: string | null, notebook: Uint8Array, limitBytes: number, givenFolders?: readonly string[]): Promise<readonly RunFile[]>;
  listRunFiles(run: RunPlace): Promise<readonly RunFile[]>;
  /** A readable stream of one file: hidden files, folders and links answer not_found. */
  openRunFile(run: RunPlace, path: string): Promise<Result<OpenRunFile>>;
  /** Moves an unclaimed run into its new owner's home; doing it twice is harmless. */
  claimRun(from: RunPlace, to: RunPlace): Promise<void>;
  /** Gives the files of one run to another as well, without taking room where that can be; what `to` has already stays. */
  shareFiles(from: RunPlace, to: RunPlace): Promise<void>;
  removeRun(run: RunPlace): Promise<void>;
  homeUsage(username: string): Promise<{ usedBytes: number; limitBytes: number }>;
};

/** A home is `<homes>/<username>`, a run in it `runs/<worksheet>/<time>-<id>`; an unclaimed run lives under `unclaimed/<id>`. */
export type RunPlace = {
  readonly username: string | null;
  /** Whom the files shall belong to on this machine, see `personHome`; nothing where they are the server's own. */
  readonly uid?: number | null;
  readonly worksheetSlug: string;
  readonly runId: string;
  readonly queuedAt: Date;
};
export type OpenRunFile = { readonly bytes: number; readonly stream: ReadableStream<Uint8Array> };
