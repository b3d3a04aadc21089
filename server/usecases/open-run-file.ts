import { fail, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { findReadableRun } from "./find-readable-run.ts";
import { placesOf } from "./run-place.ts";

export type OpenedFile = { readonly name: string; readonly bytes: number; readonly stream: ReadableStream<Uint8Array> };

/** One file that a run left behind. Whoever may read the run may read its files. */
export async function openRunFile(ctx: Context, input: { id: string; path: string }): Promise<Result<OpenedFile>> {
  const found = await findReadableRun(ctx, input.id);
  if (!found.ok) return found;
  for (const place of await placesOf(ctx, found.value.run)) {
    const opened = await ctx.storage.openRunFile(place, input.path);
    if (opened.ok) return { ok: true, value: { ...opened.value, name: input.path.split("/").at(-1) ?? "file" } };
    if (opened.failure.code !== "not_found") return opened;
  }
  return fail("not_found", "No such file. It may have been removed since.");
}
