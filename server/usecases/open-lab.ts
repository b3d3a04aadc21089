import type { ProjectId, UserId } from "#lib/domain/ids.ts";
import type { LabView } from "#lib/domain/lab.ts";
import { can } from "#lib/policy.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { newId, randomText } from "#server/ids.ts";
import { liveEngines } from "#server/live-engines.ts";
import type { LabRow, Queries } from "#server/ports/store.ts";
import { findProjectFor } from "./find-project.ts";
import { labView } from "./lab-view.ts";
import { limitRate } from "./limit-rate.ts";

/**
 * Opens a lab on a project (null: on the home itself), or answers the one that is open. An engine brings the files and
 * starts it: follow it until it is ready. A lab that was stopped starts again under the same label, so that a page which
 * is still open goes on in it.
 */
export async function openLab(ctx: Context, input: { projectId: string | null }): Promise<Result<LabView>> {
  const { actor } = ctx;
  if (actor.kind !== "user") return fail("unauthenticated", "Sign in first.");
  const on = await whatToOpen(ctx, input.projectId);
  if (!on.ok) return on;
  const limited = await limitRate(ctx, "lab:user", actor.userId);
  if (!limited.ok) return limited;
  const possible = await labsAreHad(ctx);
  if (!possible.ok) return possible;
  const opened = await ctx.store.transaction((tx) => open(tx, ctx, actor.userId, on.value));
  return opened.ok ? ok(labView(opened.value, await ctx.store.usualLabStart())) : opened;
}

async function whatToOpen(ctx: Context, projectId: string | null): Promise<Result<ProjectId | null>> {
  if (projectId !== null) {
    const project = await findProjectFor(ctx, projectId, "lab:open");
    return project.ok ? ok(project.value.id) : project;
  }
  return can(ctx.actor, "project:create", { groupRole: null, forSelf: true }) ? ok(null) : fail("forbidden", "Labs are for those who may make projects.");
}

/** Known before anybody waits for it. No engine at all is one that starts: the lab waits for it. */
async function labsAreHad(ctx: Context): Promise<Result<void>> {
  const engines = await liveEngines(ctx.store, ctx.now());
  const words = engines.map((engine) => engine.details.labs);
  const impossible = words.length > 0 && words.every((labs) => labs && !labs.works);
  return impossible ? fail("unavailable", words[0]?.how ?? "Labs cannot be opened on this server.") : ok(undefined);
}

async function open(tx: Queries, ctx: Context, userId: UserId, projectId: ProjectId | null): Promise<Result<LabRow>> {
  const now = ctx.now();
  const openLabs = await tx.lockOpenLabs(userId);
  const known = await tx.findLabOf(userId, projectId);
  if (known && isOpen(known)) {
    await tx.keepLab(known.id, now);
    return ok(known);
  }
  if (openLabs >= ctx.config.labs.perPerson) return fail("too_many", await whichToStop(tx, userId));
  const id = known?.id ?? newId("lab");
  if (known) await tx.queueLabAgain(id, now);
  else await tx.insertLab({ id, userId, projectId, label: randomText(20), startedAt: now, keptAt: now });
  await tx.notify("lab_queued", id);
  await tx.notify("lab_changed", id);
  const lab = await tx.findLab(id);
  return lab ? ok(lab) : fail("conflict", "The lab was taken away while it was opened. Try again.");
}

function isOpen(lab: LabRow): boolean {
  return (lab.state === "queued" || lab.state === "starting" || lab.state === "ready") && lab.stopRequested === null;
}

async function whichToStop(tx: Queries, userId: UserId): Promise<string> {
  const names = (await tx.listOpenLabs(userId)).filter(isOpen).map((lab) => (lab.project ? `"${lab.project.title}"` : "your files"));
  return `You have ${names.length} labs open: ${names.join(", ")}. Stop one of them first; its files stay.`;
}
