"use server";
import { z } from "zod";
import type { ParametersView, PublishOutcome } from "#lib/domain/project.ts";
import { t } from "#lib/messages/en.ts";
import { fail, type Result } from "#lib/result.ts";
import { requestContext } from "#server/next/request-context.ts";
import { setParameters } from "#server/usecases/mark-parameters.ts";
import { tryPublishing } from "#server/usecases/publish-worksheet.ts";
import { saveVersion } from "#server/usecases/save-version.ts";
import { passing } from "../../acting.ts";

const id = z.string().max(200);
const path = z.string().min(1).max(1000);
const markSchema = z.object({ projectId: id, path, stamp: z.string().max(500), parameters: z.record(z.string().max(200), z.record(z.string(), z.unknown())) });
const publishSchema = z.object({ projectId: id, path });

/** Writes the marks into the person's own notebook. */
export async function saveParameters(given: unknown): Promise<Result<ParametersView>> {
  const parsed = markSchema.safeParse(given);
  return parsed.success ? passing(async () => setParameters(await requestContext(), parsed.data)) : fail("invalid", t.projects.notUnderstood);
}

/** What was tried is what is published: all that the person has not saved yet becomes a version first. */
export async function publishTried(given: unknown): Promise<Result<PublishOutcome>> {
  const parsed = publishSchema.safeParse(given);
  if (!parsed.success) return fail("invalid", t.projects.notUnderstood);
  return passing(async () => {
    const ctx = await requestContext();
    const saved = await saveVersion(ctx, { projectId: parsed.data.projectId, message: "" });
    // Nothing to save is no hindrance.
    if (!saved.ok && saved.failure.code !== "conflict") return saved;
    return tryPublishing(ctx, { projectId: parsed.data.projectId, notebookPath: parsed.data.path });
  });
}
