import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import type { RepositoryId } from "#lib/domain/ids.ts";
import type { Repository } from "#server/ports/forge.ts";
import { isRepositoryId } from "./git-names.ts";

export type RepositoryPage = { readonly repositories: readonly Repository[]; readonly next: RepositoryId | null };

/** A description is written when a repository is made, and never again: its age is the repository's. */
export async function listRepositories(folder: string, after: string, limit: number): Promise<RepositoryPage> {
  const repositories: Repository[] = [];
  for (const shelf of (await readdir(folder).catch(() => [])).sort()) {
    if (shelf < after.slice(0, 2)) continue;
    for (const name of (await readdir(path.join(folder, shelf)).catch(() => [])).sort()) {
      const id = name.replace(/\.git$/, "");
      if (!name.endsWith(".git") || !isRepositoryId(id) || id <= after) continue;
      const found = await stat(path.join(folder, shelf, name, "description")).catch(() => null);
      if (!found) continue;
      repositories.push({ id, createdAt: found.mtime });
      if (repositories.length === limit) return { repositories, next: id };
    }
  }
  return { repositories, next: null };
}
