import { can } from "#lib/policy.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import { routes } from "#lib/routes.ts";
import type { FigureStamp } from "#lib/worksheet/stamp-figure.ts";
import { shownImage } from "#lib/worksheet/stored-image.ts";
import type { Context } from "#server/context.ts";
import { digestOf } from "#server/ids.ts";
import type { RunHead } from "#server/ports/store.ts";
import { findReadableRun } from "./find-readable-run.ts";
import { worksheetSubject } from "./worksheet-card.ts";

export type RunImage = {
  readonly mediaType: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly digest: string;
  readonly forEverybody: boolean;
  readonly stamp: FigureStamp;
};

/** The image that one output of a run shows, by its place. A run that goes on has none: its outputs still move. */
export async function readRunOutput(ctx: Context, input: { id: string; cell: number; position: number }): Promise<Result<RunImage>> {
  const found = await findReadableRun(ctx, input.id);
  if (!found.ok) return found;
  const { run } = found.value;
  // The database would count a negative place from the end.
  const isPlace = input.cell >= 0 && input.position >= 0;
  const output = run.finishedAt === null || !isPlace ? null : await ctx.store.findRunOutput(run.id, input.cell, input.position);
  const image = output && (output.output_type === "display_data" || output.output_type === "execute_result") ? shownImage(output.data) : null;
  if (!image) return fail("not_found", "No such figure.");
  const bytes = new Uint8Array(Buffer.from(image.data, image.type === "image/svg+xml" ? "utf8" : "base64"));
  const stamp = { title: run.worksheetTitle, source: `${ctx.config.publicUrl}${routes.run(run.id)}`, commit: run.record?.commit ?? null };
  return ok({ mediaType: image.type, bytes, digest: digestOf(bytes), forEverybody: await isForEverybody(ctx, run), stamp });
}

/** Not whether the asking person may read it: caches between us and them would give it to others. */
async function isForEverybody(ctx: Context, run: RunHead): Promise<boolean> {
  if (run.purpose !== "publish") return false;
  const worksheet = await ctx.store.findWorksheet(run.worksheetId);
  return worksheet !== null && can({ kind: "visitor", visitorId: null, address: "" }, "worksheet:read", worksheetSubject(ctx, worksheet));
}
