"use server";
import { z } from "zod";
import type { ActionOutcome } from "#components/project/action-outcome.ts";
import { routes } from "#lib/routes.ts";
import { decideOfficialRequest } from "#server/usecases/decide-official-request.ts";
import { requestOfficial, withdrawOfficialRequest } from "#server/usecases/request-official.ts";
import { acting, said } from "./acting.ts";

const id = z.string().max(200);
const askSchema = z.object({ projectId: id, note: z.string().max(10_000) });
const decideSchema = z.object({ requestId: id, decision: z.enum(["accept", "decline"]), answer: z.string().max(10_000) });

export async function askForShelf(given: unknown): Promise<ActionOutcome> {
  return acting(askSchema, given, async (ctx, input) => said(await requestOfficial(ctx, input)));
}

export async function withdrawFromShelf(projectId: string): Promise<ActionOutcome> {
  return acting(id, projectId, async (ctx, input) => said(await withdrawOfficialRequest(ctx, { projectId: input })));
}

/** An administrator's answer; then back to the queue. */
export async function answerRequest(given: unknown): Promise<ActionOutcome> {
  return acting(decideSchema, given, async (ctx, input) => {
    const decided = await decideOfficialRequest(ctx, input);
    return decided.ok ? { ok: true, goTo: routes.officialRequests() } : decided;
  });
}
