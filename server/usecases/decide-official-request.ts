import { isId } from "#lib/domain/ids.ts";
import type { OfficialRequestView } from "#lib/domain/project.ts";
import type { Page } from "#lib/domain/worksheet.ts";
import { can } from "#lib/policy.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { printCursor, readProjectCursor } from "./cursor.ts";
import { findProjectFor } from "./find-project.ts";
import { officialRequestView } from "./official-request-view.ts";
import { tellGallery } from "./tell-gallery.ts";

export type DecideOfficialRequest = { readonly requestId: string; readonly decision: "accept" | "decline"; readonly answer?: string | undefined };

const maxAnswer = 2000;
const limits = { usual: 24, most: 100 };
const notYours = fail("not_found", "No such request.");

/** The queue, for administrators: those that wait the longest first; the decided ones latest first. */
export async function listOfficialRequests(
  ctx: Context,
  input: { which?: "open" | "decided" | undefined; cursor?: string | undefined; limit?: number | undefined } = {},
): Promise<Result<Page<OfficialRequestView>>> {
  if (!can(ctx.actor, "project:curate", null)) return fail("forbidden", "Only administrators see the requests.");
  const limit = Math.min(Math.max(1, input.limit ?? limits.usual), limits.most);
  const after = input.cursor === undefined ? undefined : readProjectCursor(input.cursor);
  if (after === null) return fail("invalid", "This page of the list cannot be found; begin with the first.", { fields: { cursor: "Unknown cursor." } });
  const rows = await ctx.store.listOfficialRequests(input.which ?? "open", after && { requestedAt: after.createdAt, id: after.id }, limit + 1);
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return ok({ items: shown.map(officialRequestView), next: rows.length > limit && last ? printCursor([last.requestedAt.toISOString(), last.id]) : null });
}

/** Puts a project and its worksheets on the official shelf, or says with words why not. */
export async function decideOfficialRequest(ctx: Context, input: DecideOfficialRequest): Promise<Result<OfficialRequestView>> {
  if (!can(ctx.actor, "project:curate", null)) return notYours;
  const answer = input.answer?.trim() ?? "";
  if (input.decision === "decline" && answer === "")
    return fail("invalid", "Say why: its author reads it.", { fields: { answer: "Say why: its author reads it." } });
  if (answer.length > maxAnswer) return fail("invalid", `Use at most ${maxAnswer} characters.`, { fields: { answer: `Use at most ${maxAnswer} characters.` } });
  const request = isId("officialRequest", input.requestId) ? await ctx.store.findOfficialRequest(input.requestId) : null;
  if (!request) return notYours;
  const { project } = request;
  const state = input.decision === "accept" ? "accepted" : "declined";
  const decidedById = ctx.actor.kind === "user" ? ctx.actor.userId : null;
  const closed = await ctx.store.transaction(async (tx) => {
    if (state === "accepted" && (await tx.holdProject(project.id))?.visibility !== "public") return "private";
    if (!(await tx.closeOfficialRequest(request.id, { state, answer, decidedById, decidedAt: ctx.now() }))) return "closed";
    if (state === "declined") return "done";
    await tx.changeProject(project.id, { official: true });
    await tellGallery(tx, project.id, project.slug);
    return "done";
  });
  if (closed === "private") return fail("conflict", "This project is not public any more.");
  if (closed === "closed") return fail("conflict", "This request has been decided or withdrawn meanwhile.");
  const decided = await ctx.store.findOfficialRequest(request.id);
  return ok(officialRequestView(decided ?? request));
}

/** Takes a project off the official shelf. */
export async function setUnofficial(ctx: Context, input: { projectId: string }): Promise<Result<void>> {
  const found = await findProjectFor(ctx, input.projectId, "project:read");
  if (!found.ok) return found;
  if (!can(ctx.actor, "project:curate", null)) return fail("forbidden", "Only administrators decide what is official.");
  await ctx.store.transaction(async (tx) => {
    await tx.changeProject(found.value.id, { official: false });
    await tellGallery(tx, found.value.id, found.value.slug);
  });
  return ok(undefined);
}
