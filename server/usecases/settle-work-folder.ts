import { ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import type { HomeEntry } from "#server/ports/homes.ts";
import { freeName, type HeldPlace, mostNames, tooManyNames } from "./hold-working-copy.ts";
import { isAnother } from "./read-work.ts";
import { treeOf } from "./version-lookup.ts";

const projects = "projects";

/**
 * The folder of a working copy: where it was, where its person renamed it to, or made afresh. That it was taken away
 * is no wish to delete every file, nor is a folder that somebody made anew in its place.
 */
export async function settleWorkFolder(ctx: Context, place: HeldPlace): Promise<Result<HeldPlace>> {
  const there = await ctx.homes.find(place.home, place.folder);
  if (!there.ok && there.failure.code !== "not_found") return there;
  if (there.ok && there.value.kind === "folder") {
    const same = await isSameFolder(ctx, place);
    if (!same.ok) return same;
    if (same.value) return ok(await settled(ctx, place, there.value));
  }
  const renamed = await findRenamed(ctx, place);
  if (!renamed.ok) return renamed;
  if (renamed.value) return ok(await settled(ctx, place, renamed.value));
  await ctx.store.setWorkingCopyBase(place.row.id, null, ctx.now());
  const made = await makeAfresh(ctx, place);
  if (!made.ok) return made;
  return ok(await settled(ctx, { ...place, row: { ...place.row, baseCommit: null, pendingCommit: null, pendingFiles: null } }, made.value));
}

async function isSameFolder(ctx: Context, place: HeldPlace): Promise<Result<boolean>> {
  if (place.row.folderIdentity === null || place.row.baseCommit === null) return ok(true);
  const base = await treeOf(ctx, place.project.repositoryId, place.row.baseCommit);
  if (!base.ok) return base;
  const files = await ctx.homes.scan(place.home, place.folder);
  return files.ok ? ok(!(await isAnother(ctx, place, base.value, files.value))) : files;
}

async function findRenamed(ctx: Context, { home, row }: HeldPlace): Promise<Result<HomeEntry | null>> {
  if (row.folderIdentity === null) return ok(null);
  for (let after: string | null | undefined; after !== null; ) {
    const listed = await ctx.homes.list(home, projects, { hidden: true, ...(after ? { after } : {}) });
    if (!listed.ok) return listed.failure.code === "not_found" ? ok(null) : listed;
    const found = listed.value.entries.find((entry) => entry.kind === "folder" && entry.identity === row.folderIdentity);
    if (found) return ok(found);
    after = listed.value.next;
  }
  return ok(null);
}

/** Under its name, or another where something of the person's is there by now. */
async function makeAfresh(ctx: Context, { home, row, project }: HeldPlace): Promise<Result<HomeEntry>> {
  for (let number = 1; number <= mostNames; number++) {
    const name = number === 1 && !row.folder.includes("~") ? row.folder : freeName(project.slug, number);
    const folder = `${projects}/${name}`;
    const there = await ctx.homes.find(home, folder);
    if (!there.ok && there.failure.code !== "not_found") return there;
    if (!there.ok) return ctx.homes.makeFolder(home, folder);
    if (there.value.kind === "folder") {
      const inside = await ctx.homes.list(home, folder, { hidden: true, limit: 1 });
      if (!inside.ok || inside.value.entries.length > 0) continue;
      return there;
    }
    // A link or a file: what it was is in the trash.
    const cleared = await ctx.homes.trash(home, folder);
    return cleared.ok ? ctx.homes.makeFolder(home, folder) : cleared;
  }
  return tooManyNames(project.slug);
}

/** Written down before any file changes. */
async function settled(ctx: Context, place: HeldPlace, { name, identity }: HomeEntry): Promise<HeldPlace> {
  const { row } = place;
  if (row.folder !== name || row.folderIdentity !== identity) await ctx.store.placeWorkingCopy(row, name, identity);
  return { ...place, folder: `${projects}/${name}`, row: { ...row, folder: name, folderIdentity: identity } };
}
