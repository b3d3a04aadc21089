import type { UserId, VisitorId } from "#lib/domain/ids.ts";
import type { Actor } from "#lib/domain/person.ts";
import type { Page, RunCard } from "#lib/domain/worksheet.ts";
import { can } from "#lib/policy.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import { changedNames } from "#lib/worksheet/values.ts";
import type { Context } from "#server/context.ts";
import { printCursor, readRunCursor } from "./cursor.ts";

export type ListMyRuns = { readonly cursor?: string | undefined; readonly limit?: number | undefined };

const limits = { usual: 20, most: 100 };

/** One's own runs, the latest first; a visitor's are those of this browser. */
export async function listMyRuns(ctx: Context, input: ListMyRuns = {}): Promise<Result<Page<RunCard>>> {
  const { actor } = ctx;
  const mine = whose(actor);
  if (mine === null) return ok({ items: [], next: null });
  if (actor.kind === "user" && !can(actor, "home:read", { ownerId: actor.userId })) return fail("forbidden", "This token may not read runs.");
  const limit = Math.min(Math.max(1, input.limit ?? limits.usual), limits.most);
  const after = input.cursor === undefined ? undefined : readRunCursor(input.cursor);
  if (after === null) return fail("invalid", "This page of the list cannot be found; begin with the first.", { fields: { cursor: "Unknown cursor." } });
  const rows = await ctx.store.listRuns(mine, after, limit + 1);
  const shown = rows.slice(0, limit);
  const parameters = await ctx.store.listParameters([...new Set(shown.map((run) => run.versionId))]);
  const last = shown.at(-1);
  return ok({
    items: shown.map((run) => ({
      id: run.id,
      state: run.state,
      worksheet: { id: run.worksheetId, slug: run.worksheetSlug, title: run.worksheetTitle },
      values: run.values,
      changed: changedNames(parameters.get(run.versionId) ?? [], run.values),
      queuedAt: run.queuedAt.toISOString(),
      finishedAt: run.finishedAt?.toISOString() ?? null,
      shared: run.shared,
      files: run.record?.files ?? [],
    })),
    next: rows.length > limit && last ? printCursor([last.queuedAt.toISOString(), last.id]) : null,
  });
}

/** A browser without a name has run nothing yet. */
function whose(actor: Actor): { ownerId: UserId } | { visitorId: VisitorId } | null {
  if (actor.kind === "user") return { ownerId: actor.userId };
  return actor.kind === "visitor" && actor.visitorId !== null ? { visitorId: actor.visitorId } : null;
}
