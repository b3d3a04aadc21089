import type { OwnProject } from "#lib/domain/project.ts";
import type { Page } from "#lib/domain/worksheet.ts";
import { can } from "#lib/policy.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import type { OwnProjectRow, Project } from "#server/ports/store.ts";
import { printCursor, readProjectCursor } from "./cursor.ts";
import { restorableUntil } from "./trash-project.ts";

export type ListOwnProjects = { readonly cursor?: string | undefined; readonly limit?: number | undefined; readonly trash?: boolean | undefined };

const limits = { usual: 24, most: 100 };

/** One's own projects, what was changed last first: those that are being made too; with `trash` those that can be brought back. */
export async function listOwnProjects(ctx: Context, input: ListOwnProjects = {}): Promise<Result<Page<OwnProject>>> {
  if (ctx.actor.kind !== "user") return fail("unauthenticated", "Sign in to see your projects.");
  const { userId } = ctx.actor;
  if (!can(ctx.actor, "project:read", { ownerId: userId, visibility: "private", groupRole: null, visitorsMayRun: false }))
    return fail("forbidden", "This token may not read projects.");
  const limit = Math.min(Math.max(1, input.limit ?? limits.usual), limits.most);
  const after = input.cursor === undefined ? undefined : readProjectCursor(input.cursor);
  if (after === null) return fail("invalid", "This page of the list cannot be found; begin with the first.", { fields: { cursor: "Unknown cursor." } });
  const rows = await ctx.store.listOwnProjects(userId, {
    after: after && { updatedAt: after.createdAt, id: after.id },
    limit: limit + 1,
    trashed: input.trash ?? false,
  });
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return ok({
    items: shown.map((row) => ownProject(ctx, row)),
    next: rows.length > limit && last ? printCursor([last.updatedAt.toISOString(), last.id]) : null,
  });
}

function ownProject(ctx: Context, row: OwnProjectRow): OwnProject {
  return {
    id: row.id,
    slug: row.slug,
    title: row.title,
    type: row.type,
    visibility: row.visibility,
    official: row.official,
    worksheets: row.worksheets,
    updatedAt: row.updatedAt.toISOString(),
    state: stateOf(row),
    progress: row.state === "creating" ? row.progress : null,
    problem: row.problem,
    restorableUntil: restorableUntil(ctx, row),
  };
}

export function stateOf(project: Pick<Project, "state" | "trashedAt">): OwnProject["state"] {
  if (project.trashedAt !== null) return "trashed";
  return project.state === "ready" || project.state === "failed" ? project.state : "creating";
}
