import { randomBytes } from "node:crypto";
import { mkdir, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import path from "node:path";
import type { CommitId, RepositoryId } from "#lib/domain/ids.ts";
import { ok, type Result } from "#lib/result.ts";
import type { Forge } from "#server/ports/forge.ts";

const keepHours = 24;

export type Checkouts = {
  /** A folder with the files of a commit, to be copied from and never written to. */
  get(repositoryId: RepositoryId, commit: CommitId): Promise<Result<string>>;
  /** Removes what was not asked for in a day, and what a crash left half-made. */
  sweep(): Promise<void>;
};

/** Trees of commits of a size that a run may hold, exported once: a commit never changes, so a cached one is never wrong. */
export function createCheckouts(forge: Pick<Forge, "exportTree">, folder: string, limitBytes: number): Checkouts {
  const known = new Map<string, Promise<Result<string>>>();

  const find = async (repositoryId: RepositoryId, commit: CommitId, target: string): Promise<Result<string>> => {
    const now = new Date();
    const there = await utimes(target, now, now).then(
      () => true,
      () => false,
    );
    return there ? ok(target) : exportCommit(repositoryId, commit, target);
  };

  const exportCommit = async (repositoryId: RepositoryId, commit: CommitId, target: string): Promise<Result<string>> => {
    const fresh = `${target}.${randomBytes(6).toString("hex")}.new`;
    await mkdir(fresh, { recursive: true, mode: 0o700 });
    try {
      const exported = await forge.exportTree(repositoryId, commit, fresh, limitBytes);
      if (!exported.ok) return exported;
      // Somebody else may have been quicker; theirs has the same content.
      await rename(fresh, target).catch(async (error: unknown) => {
        if (!(await isFolder(target))) throw error;
      });
      return ok(target);
    } finally {
      await rm(fresh, { recursive: true, force: true });
    }
  };

  return {
    get(repositoryId, commit) {
      const name = `${repositoryId}-${commit}`;
      const running = known.get(name);
      if (running) return running;
      const found = find(repositoryId, commit, path.join(folder, name)).finally(() => known.delete(name));
      known.set(name, found);
      return found;
    },

    async sweep() {
      const oldest = Date.now() - keepHours * 3_600_000;
      for (const name of await readdir(folder).catch(() => [])) {
        const at = path.join(folder, name);
        const found = await stat(at).catch(() => null);
        if (found && found.mtimeMs < oldest) await rm(at, { recursive: true, force: true });
      }
    },
  };
}

function isFolder(folder: string): Promise<boolean> {
  return stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
