import type { LabId } from "#lib/domain/ids.ts";
import type { LabView } from "#lib/domain/lab.ts";
import { ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { createBell } from "./bell.ts";
import { findLabFor } from "./find-lab.ts";
import { labView } from "./lab-view.ts";

export type FollowLab = { readonly id: string; readonly signal: AbortSignal };
export type NumberedLabView = { readonly seq: number; readonly event: LabView };

/** A notification can be lost with its connection; this is how late a reader then learns of a change. */
const pollMs = 5000;

/** The lab as it is, and again at every change, for as long as the reader stays: also through stops and starts. */
export async function followLab(ctx: Context, input: FollowLab): Promise<Result<AsyncIterable<NumberedLabView>>> {
  const lab = await findLabFor(ctx, input.id, "lab:stop");
  return lab.ok ? ok(follow(ctx, lab.value.id, input.signal)) : lab;
}

async function* follow(ctx: Context, id: LabId, signal: AbortSignal): AsyncGenerator<NumberedLabView> {
  const bell = createBell(signal);
  const usualStartMs = await ctx.store.usualLabStart();
  const listener = await ctx.store.listen("lab_changed", (changed) => changed === id && bell.ring(), bell.ring);
  let said = "";
  try {
    for (let seq = 1; !signal.aborted; ) {
      const lab = await ctx.store.findLab(id);
      if (!lab) return;
      const view = labView(lab, usualStartMs);
      const text = JSON.stringify(view);
      if (text !== said) yield { seq: seq++, event: view };
      said = text;
      await bell.wait(pollMs);
    }
  } finally {
    await listener.close();
  }
}
