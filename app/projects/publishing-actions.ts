"use server";
import { z } from "zod";
import type { ActionOutcome } from "#components/project/action-outcome.ts";
import type { ProjectId } from "#lib/domain/ids.ts";
import { t } from "#lib/messages/en.ts";
import { fail } from "#lib/result.ts";
import { placeOf } from "#lib/worksheet/problems.ts";
import { tryPublishing } from "#server/usecases/publish-worksheet.ts";
import { unpublishWorksheet } from "#server/usecases/unpublish-worksheet.ts";
import { acting, said } from "./acting.ts";

const id = z.string().max(200);
const publishSchema = z.object({ projectId: id, path: z.string().min(1).max(1000) });
const unpublishSchema = z.object({ projectId: id, worksheetId: id });

/** The list of notebooks says all that stands in the way; here the first of it. */
export async function publishNotebook(given: unknown): Promise<ActionOutcome> {
  return acting(publishSchema, given, async (ctx, { projectId, path }) => {
    const attempt = await tryPublishing(ctx, { projectId: projectId as ProjectId, notebookPath: path });
    if (!attempt.ok) return attempt;
    if (attempt.value.kind === "published") return { ok: true };
    const first = attempt.value.problems.find((problem) => problem.severity === "error");
    return fail("invalid", first ? `${placeOf(first)}: ${first.message}` : t.projects.notUnderstood);
  });
}

export async function unpublishNotebook(given: unknown): Promise<ActionOutcome> {
  return acting(unpublishSchema, given, async (ctx, input) => said(await unpublishWorksheet(ctx, input)));
}
