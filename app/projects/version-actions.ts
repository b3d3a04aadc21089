"use server";
import { z } from "zod";
import type { ActionOutcome } from "#components/project/action-outcome.ts";
import type { SavedVersion } from "#lib/domain/project.ts";
import { t } from "#lib/messages/en.ts";
import type { Result } from "#lib/result.ts";
import { discardChanges } from "#server/usecases/discard-changes.ts";
import { mergeUpstream } from "#server/usecases/merge-upstream.ts";
import { restoreVersion } from "#server/usecases/restore-version.ts";
import { saveVersion } from "#server/usecases/save-version.ts";
import { acting, said } from "./acting.ts";

const id = z.string().max(200);
const saveSchema = z.object({ projectId: id, message: z.string().max(100_000) });
const restoreSchema = z.object({ projectId: id, commit: id });
const discardSchema = z.object({ projectId: id, paths: z.array(z.string().max(1000)).max(500).optional() });

/** What of my files no version has becomes one. */
export async function saveMyVersion(given: unknown): Promise<ActionOutcome> {
  return acting(saveSchema, given, async (ctx, input) => saved(await saveVersion(ctx, input), input.projectId, t.projectFiles.changes.saved));
}

/** The project as it was then, on top of all that came since; what is in no version yet is saved as one before. */
export async function bringBackVersion(given: unknown): Promise<ActionOutcome> {
  return acting(restoreSchema, given, async (ctx, input) =>
    saved(await restoreVersion(ctx, { ...input, keep: "save" }), input.projectId, t.projectFiles.versions.restored),
  );
}

export async function bringInUpstream(projectId: string): Promise<ActionOutcome> {
  return acting(id, projectId, async (ctx, input) => saved(await mergeUpstream(ctx, { projectId: input }), input, t.projects.upstream.done));
}

export async function throwChangesAway(given: unknown): Promise<ActionOutcome> {
  return acting(discardSchema, given, async (ctx, input) => said(await discardChanges(ctx, input), t.projectFiles.changes.discarded));
}

function saved(result: Result<SavedVersion>, project: string, words: (number: number) => string): ActionOutcome {
  if (!result.ok) return result;
  const { version, merged, leftOut } = result.value;
  return { ok: true, said: words(version.number), merged, leftOut, project };
}
