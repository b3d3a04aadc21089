import type { OfficialRequestView } from "#lib/domain/project.ts";
import { can } from "#lib/policy.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { newId } from "#server/ids.ts";
import { findProjectFor } from "./find-project.ts";
import { officialRequestView } from "./official-request-view.ts";

const maxNote = 2000;

/** Asks the administrators to put a public project on the official shelf. Asking again while one waits answers the one that waits. */
export async function requestOfficial(ctx: Context, input: { projectId: string; note?: string | undefined }): Promise<Result<OfficialRequestView>> {
  const found = await findProjectFor(ctx, input.projectId, "project:administer");
  if (!found.ok) return found;
  const project = found.value;
  if (ctx.actor.kind !== "user") return fail("unauthenticated", "Sign in to ask for that.");
  if (project.official) return fail("conflict", "This project is official already.");
  if (project.visibility !== "public") return fail("conflict", "Make the project public first: official projects are for everybody.");
  const note = input.note?.trim() ?? "";
  if (note.length > maxNote) return fail("invalid", `Use at most ${maxNote} characters.`, { fields: { note: `Use at most ${maxNote} characters.` } });
  await ctx.store.insertOfficialRequest({ id: newId("officialRequest"), projectId: project.id, requestedById: ctx.actor.userId, note, requestedAt: ctx.now() });
  const row = await ctx.store.findOfficialRequestOf(project.id);
  return row ? ok(officialRequestView(row)) : fail("conflict", "The project has just been deleted.");
}

/** Takes the waiting request back; where none waits, nothing changes. */
export async function withdrawOfficialRequest(ctx: Context, input: { projectId: string }): Promise<Result<void>> {
  const found = await findProjectFor(ctx, input.projectId, "project:administer");
  if (!found.ok) return found;
  const row = await ctx.store.findOfficialRequestOf(found.value.id);
  const decidedById = ctx.actor.kind === "user" ? ctx.actor.userId : null;
  if (row?.state === "open") await ctx.store.closeOfficialRequest(row.id, { state: "withdrawn", answer: "", decidedById, decidedAt: ctx.now() });
  return ok(undefined);
}

/** What became of the newest request, for those who may ask and those who decide; null where there was none. */
export async function showOfficialRequest(ctx: Context, input: { projectId: string }): Promise<Result<OfficialRequestView | null>> {
  const found = await findProjectFor(ctx, input.projectId, "project:read");
  if (!found.ok) return found;
  const { ownerId, visibility } = found.value;
  const subject = { ownerId, visibility, groupRole: null, visitorsMayRun: false };
  if (!can(ctx.actor, "project:administer", subject) && !can(ctx.actor, "project:curate", null)) return fail("forbidden", "Only its owner can do that.");
  const row = await ctx.store.findOfficialRequestOf(found.value.id);
  return ok(row && officialRequestView(row));
}
