import type { FileEntry, VersionView } from "#lib/domain/project.ts";
import { ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { findProjectFor } from "./find-project.ts";
import { newestOf, readableVersion, versionAt } from "./version-lookup.ts";

export type ListVersionFiles = {
  readonly projectId: string;
  /** Nothing or "newest": the newest version. */
  readonly commit?: string | undefined;
  /** "" is the project itself. */
  readonly folder?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
};
/** `version` is null, and there are no entries, while the project is empty. */
export type VersionFiles = { readonly version: VersionView | null; readonly items: readonly FileEntry[]; readonly next: string | null };

/** One level of a folder in a version. */
export async function listVersionFiles(ctx: Context, input: ListVersionFiles): Promise<Result<VersionFiles>> {
  const project = await findProjectFor(ctx, input.projectId, "project:read");
  if (!project.ok) return project;
  const { repositoryId } = project.value;
  const folder = input.folder ?? "";
  const newest = await newestOf(ctx, repositoryId);
  if (!newest.ok) return newest;
  if (newest.value === null && input.commit === undefined && folder === "") return ok({ version: null, items: [], next: null });
  const commit = await readableVersion(ctx, project.value, input.commit);
  if (!commit.ok) return commit;
  const [listed, version] = await Promise.all([
    ctx.forge.listFiles(repositoryId, commit.value, folder, {
      limit: Math.min(Math.max(1, input.limit ?? 200), 1000),
      ...(input.cursor === undefined ? {} : { after: input.cursor }),
    }),
    versionAt(ctx, repositoryId, commit.value),
  ]);
  if (!listed.ok) return listed;
  if (!version.ok) return version;
  const items = listed.value.entries.map((entry) => ({ ...entry, path: folder === "" ? entry.name : `${folder}/${entry.name}` }));
  return ok({ version: version.value, items, next: listed.value.next });
}
