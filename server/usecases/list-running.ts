import type { RunId } from "#lib/domain/ids.ts";
import type { LabUsage, RunningThing } from "#lib/domain/lab.ts";
import { can } from "#lib/policy.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import { routes } from "#lib/routes.ts";
import type { Context } from "#server/context.ts";
import { liveEngines } from "#server/live-engines.ts";
import { labView } from "./lab-view.ts";

/** More than a person may have going at once. */
const mostRuns = 100;

/** Labs that run, start or stop, then runs that wait or go on: one's own, or everybody's for administrators. */
export async function listRunning(ctx: Context, input: { all?: boolean } = {}): Promise<Result<readonly RunningThing[]>> {
  const { actor } = ctx;
  if (actor.kind !== "user") return fail("unauthenticated", "Sign in first.");
  if (input.all ? !can(actor, "system:operate", null) : !can(actor, "home:read", { ownerId: actor.userId }))
    return fail("forbidden", input.all ? "Only administrators see what others run." : "This token may not see what runs.");
  const whose = input.all ? null : actor.userId;
  const [labs, runs, usual, engines] = await Promise.all([
    ctx.store.listOpenLabs(whose),
    ctx.store.listOpenRuns(whose, mostRuns),
    ctx.store.usualLabStart(),
    liveEngines(ctx.store, ctx.now()),
  ]);
  const used: Readonly<Record<RunId, LabUsage>> = Object.assign({}, ...engines.map(({ details }) => details.usage?.runs.each));
  return ok([
    ...labs.map((lab) => ({ kind: "lab" as const, lab: labView(lab, usual) })),
    ...runs.map((run) => ({
      kind: "run" as const,
      id: run.id,
      title: run.worksheetTitle,
      state: run.state,
      queuedAt: run.queuedAt.toISOString(),
      usage: used[run.id] ?? null,
      url: routes.run(run.id),
    })),
  ]);
}
