import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import type { FileStamp, HomeEntry } from "#server/ports/homes.ts";
import { findProjectFor } from "./find-project.ts";
import { askingPerson, findPlace, isFolderThere, type WorkingPlace } from "./hold-working-copy.ts";
import { prepareWorkingCopy } from "./prepare-working-copy.ts";
import { checkWorkPath } from "./work-path.ts";

/** A file of one's own working copy, as programs see it. `stamp` says whether it is still the one that was read. */
export type WorkEntry = {
  readonly path: string;
  readonly kind: HomeEntry["kind"];
  readonly bytes: number;
  readonly modifiedAt: string;
  readonly stamp: string;
};
export type OpenedWorkFile = WorkEntry & { readonly name: string; readonly stream: ReadableStream<Uint8Array> };
export type NamedWorkFile = { readonly projectId: string; readonly path: string };

/** One level of a folder of one's working copy; "" is all of it. */
export async function listWorkFiles(
  ctx: Context,
  input: { projectId: string; folder?: string | undefined; cursor?: string | undefined; limit?: number | undefined },
): Promise<Result<{ items: readonly WorkEntry[]; next: string | null }>> {
  const place = await ownPlace(ctx, input.projectId);
  if (!place.ok) return place;
  const folder = input.folder ?? "";
  const checked = folder === "" ? ok("") : checkWorkPath(folder);
  if (!checked.ok) return checked;
  const listed = await ctx.homes.list(place.value.home, folder === "" ? place.value.folder : `${place.value.folder}/${folder}`, {
    hidden: true,
    limit: Math.min(Math.max(1, input.limit ?? 200), 1000),
    ...(input.cursor === undefined ? {} : { after: input.cursor }),
  });
  if (!listed.ok) return listed;
  const items = listed.value.entries.map((entry) => workEntry(place.value, entry)).filter(({ path }) => checkWorkPath(path).ok);
  return ok({ items, next: listed.value.next });
}

export async function openWorkFile(ctx: Context, input: NamedWorkFile): Promise<Result<OpenedWorkFile>> {
  const place = await namedPlace(ctx, input);
  if (!place.ok) return place;
  const opened = await ctx.homes.open(place.value.home, `${place.value.folder}/${input.path}`);
  if (!opened.ok) return opened;
  const { entry, totalBytes, stream } = opened.value;
  return ok({ ...workEntry(place.value, entry), bytes: totalBytes, name: entry.name, stream });
}

export type WriteWorkFile = NamedWorkFile & {
  readonly content: Uint8Array | ReadableStream<Uint8Array>;
  /** Only where the file is still that one; "none" only where there is none. */
  readonly ifStamp?: string | undefined;
};

/** Makes or replaces a file of one's working copy, which is made first where it lacks. The next version takes it in. */
export async function writeWorkFile(ctx: Context, input: WriteWorkFile): Promise<Result<WorkEntry>> {
  const checked = checkWorkPath(input.path);
  if (!checked.ok) return checked;
  const place = await madePlace(ctx, input.projectId);
  if (!place.ok) return place;
  const { ifStamp } = input;
  const written = await ctx.homes.write(place.value.home, `${place.value.folder}/${input.path}`, input.content, {
    limitBytes: ctx.config.projects.fileBytes,
    ...(ifStamp === undefined ? {} : { ifStamp: ifStamp === "none" ? null : (ifStamp as FileStamp) }),
  });
  return written.ok ? ok(workEntry(place.value, written.value)) : written;
}

/** To the trash of one's home; a version still holds what it held. */
export async function deleteWorkFile(ctx: Context, input: NamedWorkFile): Promise<Result<void>> {
  const place = await namedPlace(ctx, input);
  if (!place.ok) return place;
  const trashed = await ctx.homes.trash(place.value.home, `${place.value.folder}/${input.path}`);
  return trashed.ok ? ok(undefined) : trashed;
}

async function namedPlace(ctx: Context, input: NamedWorkFile): Promise<Result<WorkingPlace>> {
  const checked = checkWorkPath(input.path);
  return checked.ok ? ownPlace(ctx, input.projectId) : checked;
}

async function ownPlace(ctx: Context, projectId: string): Promise<Result<WorkingPlace>> {
  const project = await findProjectFor(ctx, projectId, "project:write");
  if (!project.ok) return project;
  const person = await askingPerson(ctx);
  if (!person.ok) return person;
  const place = await findPlace(ctx, project.value, person.value);
  return place ? ok(place) : fail("not_found", "You have no files of this project yet: open it, or POST its working-copy, which makes them.");
}

async function madePlace(ctx: Context, projectId: string): Promise<Result<WorkingPlace>> {
  const there = await ownPlace(ctx, projectId);
  if (there.ok ? await isFolderThere(ctx, there.value) : there.failure.code !== "not_found") return there;
  const made = await prepareWorkingCopy(ctx, { projectId });
  return made.ok ? ownPlace(ctx, projectId) : made;
}

function workEntry(place: WorkingPlace, entry: HomeEntry): WorkEntry {
  const { kind, bytes, modifiedAt, stamp } = entry;
  return { path: entry.path.slice(place.folder.length + 1), kind, bytes, modifiedAt: modifiedAt.toISOString(), stamp };
}
