"use server";
import { z } from "zod";
import type { ActionOutcome } from "#components/project/action-outcome.ts";
import { projectTemplates } from "#lib/domain/project.ts";
import { projectTypes, visibilities } from "#lib/domain/worksheet.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { createProject } from "#server/usecases/create-project.ts";
import { importAddress } from "#server/usecases/import-address.ts";
import { restoreProject, trashProject } from "#server/usecases/trash-project.ts";
import { updateProject } from "#server/usecases/update-project.ts";
import { acting, said } from "./acting.ts";

const id = z.string().max(200);
const words = z.string().max(5000);
const facts = {
  title: words,
  description: words.optional(),
  areaSlug: id.optional(),
  type: z.enum(projectTypes),
  visibility: z.enum(visibilities),
};
const createSchema = z.object({ ...facts, template: z.enum(["blank", ...projectTemplates]) });
const importSchema = z.object({
  ...facts,
  title: words.optional(),
  url: words,
  credentials: z.object({ username: words, password: words }).optional(),
  insteadOf: id.optional(),
});
const updateSchema = z.object({
  projectId: id,
  title: words.optional(),
  slug: words.optional(),
  description: words.optional(),
  areaSlug: id.optional(),
  type: z.enum(projectTypes).optional(),
  visibility: z.enum(visibilities).optional(),
  keepOutputs: z.boolean().optional(),
});

/** A new project opens where its author goes on: what can be worked in at once, in the lab. */
export async function makeNewProject(given: unknown): Promise<ActionOutcome> {
  return acting(createSchema, given, async (ctx, input) => {
    const made = await createProject(ctx, input);
    if (!made.ok) return made;
    return { ok: true, goTo: made.value.state === "ready" ? routes.lab(made.value.slug) : routes.project(made.value.slug) };
  });
}

export async function importFromAddress(given: unknown): Promise<ActionOutcome> {
  return acting(importSchema, given, async (ctx, input) => {
    const made = await importAddress(ctx, input);
    return made.ok ? { ok: true, goTo: routes.project(made.value.slug) } : made;
  });
}

export async function changeProject(given: unknown): Promise<ActionOutcome> {
  return acting(updateSchema, given, async (ctx, input) => {
    const changed = await updateProject(ctx, input);
    if (!changed.ok) return changed;
    return input.slug === undefined ? { ok: true, said: t.projects.form.saved } : { ok: true, goTo: routes.projectSettings(changed.value.slug) };
  });
}

/** Into the trash; also what could not be made, which leaves no trace. */
export async function removeProject(projectId: string): Promise<ActionOutcome> {
  return acting(id, projectId, async (ctx, input) => said(await trashProject(ctx, { projectId: input })));
}

/** From the project's own pages, which are then no more. */
export async function removeProjectAndLeave(projectId: string): Promise<ActionOutcome> {
  const removed = await removeProject(projectId);
  return removed.ok ? { ok: true, goTo: routes.projectDeleted(projectId) } : removed;
}

export async function bringBackProject(projectId: string): Promise<ActionOutcome> {
  return acting(id, projectId, async (ctx, input) => said(await restoreProject(ctx, { projectId: input })));
}
