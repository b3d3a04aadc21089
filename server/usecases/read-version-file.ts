import type { BlobId, CommitId } from "#lib/domain/ids.ts";
import { ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { findProjectFor } from "./find-project.ts";
import { readableVersion } from "./version-lookup.ts";

export type NamedVersionFile = { readonly projectId: string; readonly commit?: string | undefined; readonly path: string };
export type OpenedVersionFile = {
  readonly name: string;
  readonly commit: CommitId;
  readonly blob: BlobId;
  readonly bytes: number;
  readonly stream: ReadableStream<Uint8Array>;
};

/** A file of a version, of any size. */
export async function openVersionFile(ctx: Context, input: NamedVersionFile): Promise<Result<OpenedVersionFile>> {
  const project = await findProjectFor(ctx, input.projectId, "project:read");
  if (!project.ok) return project;
  const commit = await readableVersion(ctx, project.value, input.commit);
  if (!commit.ok) return commit;
  const opened = await ctx.forge.openFile(project.value.repositoryId, commit.value, input.path);
  return opened.ok ? ok({ ...opened.value, commit: commit.value, name: input.path.split("/").at(-1) ?? "file" }) : opened;
}

/** A file of a version, whole; "too_large" beyond the limit. */
export async function readVersionFile(ctx: Context, input: NamedVersionFile & { readonly limitBytes: number }): Promise<Result<Uint8Array>> {
  const project = await findProjectFor(ctx, input.projectId, "project:read");
  if (!project.ok) return project;
  const commit = await readableVersion(ctx, project.value, input.commit);
  if (!commit.ok) return commit;
  return ctx.forge.readFile(project.value.repositoryId, commit.value, input.path, input.limitBytes);
}
