import type { RunId, VisitorId } from "#lib/domain/ids.ts";
import type { RunState } from "#lib/domain/run.ts";
import { can } from "#lib/policy.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import { routes } from "#lib/routes.ts";
import { checkValues } from "#lib/worksheet/values.ts";
import type { Context } from "#server/context.ts";
import { digestOf, newId, randomText } from "#server/ids.ts";
import type { Queries, RunHead, WorksheetRow, WorksheetVersion } from "#server/ports/store.ts";
import { cacheKey } from "./cache-key.ts";
import { limitedAddress, limitRate } from "./limit-rate.ts";
import { type ResolvedUploads, resolveUploads } from "./resolve-uploads.ts";
import { visitorsMayRunNow } from "./run-permission.ts";
import { keepAnswer, placesOf, runPlace } from "./run-place.ts";
import { worksheetSubject } from "./worksheet-card.ts";

export type StartRun = { readonly worksheetId: string; readonly values: unknown; readonly fresh: boolean };
export type StartedRun = {
  readonly id: RunId;
  readonly state: RunState;
  readonly url: string;
  /** Opens the door to owning it; told once, to a visitor. */
  readonly claimUrl: string | null;
  readonly cached: boolean;
  /** The name for a browser that had none: its cookie finds the run again. */
  readonly newVisitor: VisitorId | null;
};

/** Runs of one person, or behind one address, that may wait or go on at once. */
const openRuns = { visitor: 1, address: 64, person: 20 };

/** Puts a run into the queue, or answers it from an earlier one of the same commit, environment, values and files. */
export async function startRun(ctx: Context, input: StartRun): Promise<Result<StartedRun>> {
  const row = await ctx.store.findWorksheet(input.worksheetId);
  if (!row || !can(ctx.actor, "worksheet:read", worksheetSubject(ctx, row))) return fail("not_found", "No such worksheet.");
  if (!can(ctx.actor, "worksheet:run", worksheetSubject(ctx, row)))
    return fail("forbidden", ctx.actor.kind === "visitor" ? "Sign in to run worksheets on this server." : "This token may not start runs.");
  const version = row.worksheet.currentVersionId === null ? null : await ctx.store.findVersion(row.worksheet.currentVersionId);
  if (!version) return fail("not_found", "No such worksheet.");
  const limited = await limitStarts(ctx);
  if (!limited.ok) return limited;
  const checked = checkValues(version.compiled.parameters, input.values ?? {}, { language: version.compiled.language });
  if (!checked.ok) return checked;
  const resolved = await resolveUploads(ctx, version.compiled.parameters, checked.value);
  if (!resolved.ok) return resolved;
  return admit(ctx, draftRun(ctx, row, version, resolved.value), input.fresh);
}

type Draft = ReturnType<typeof draftRun>;

function draftRun({ actor, ...ctx }: Context, { worksheet }: WorksheetRow, version: WorksheetVersion, { values, inputs }: ResolvedUploads) {
  const computation = { commit: version.commit, notebookPath: version.notebookPath, environmentDigest: version.environmentDigest, values, inputs };
  const now = ctx.now();
  const common = { id: newId("run"), worksheetId: worksheet.id, versionId: version.id, values, cacheKey: cacheKey(computation), queuedAt: now };
  if (actor.kind === "user") return { row: { ...common, ownerId: actor.userId, queueKey: `user:${actor.userId}` }, claimKey: null, newVisitor: null };
  if (actor.kind === "system") return { row: { ...common, queueKey: "system" }, claimKey: null, newVisitor: null };
  const claimKey = randomText(26);
  const newVisitor = actor.visitorId === null ? newId("visitor") : null;
  const address = limitedAddress(actor.address);
  const row = {
    ...common,
    visitorId: actor.visitorId ?? newVisitor,
    // A browser's name costs nothing, an address does: all strangers behind one are served in the order in which they came.
    queueKey: `address:${address}`,
    addressHash: digestOf(address),
    claimHash: digestOf(claimKey),
    // Its address cannot be guessed and is the only thing a visitor has: whoever knows it may read the run.
    shared: true,
    expiresAt: new Date(now.getTime() + ctx.config.visitor.keepDays * 86_400_000),
  };
  return { row, claimKey, newVisitor };
}

async function admit(ctx: Context, draft: Draft, fresh: boolean): Promise<Result<StartedRun>> {
  if (!fresh) {
    const own = await findOwnAnswer(ctx, draft.row.cacheKey);
    if (own !== null) return ok(started(ctx, { ...draft, row: { ...draft.row, id: own }, claimKey: null, newVisitor: null }, "done", true));
    const source = await ctx.store.findDoneRun(draft.row.cacheKey);
    const answered = source ? await answerFromCache(ctx, draft, source) : null;
    if (answered !== null) return answered;
  }
  if (ctx.actor.kind === "visitor") {
    const allowed = await visitorsMayRunNow(ctx);
    if (!allowed.ok) return allowed;
  }
  const queued = await ctx.store.transaction((tx) => enqueue(tx, ctx, draft));
  return queued.ok ? ok(started(ctx, draft, "queued", false)) : queued;
}

/** Who asks what they have the answer to gets that: nothing new is kept, however often they ask. */
async function findOwnAnswer({ actor, store, now }: Context, key: string): Promise<RunId | null> {
  if (actor.kind === "user") return store.findOwnAnswer(key, { ownerId: actor.userId }, now());
  return actor.kind === "visitor" && actor.visitorId !== null ? store.findOwnAnswer(key, { visitorId: actor.visitorId }, now()) : null;
}

async function enqueue(tx: Queries, ctx: Context, { row }: Draft): Promise<Result<void>> {
  await tx.lockQueue("addressHash" in row ? row.addressHash : row.queueKey);
  const full = await queueProblem(tx, ctx, row);
  if (full !== null) return fail("too_many", full, { retryAfterSeconds: 5 });
  await tx.insertRun(row);
  await tx.notify("run_queued", row.id);
  return ok(undefined);
}

async function queueProblem(tx: Queries, { actor }: Context, row: Draft["row"]): Promise<string | null> {
  if (actor.kind === "user" && (await tx.countOpenRuns({ ownerId: actor.userId })) >= openRuns.person)
    return `You have ${openRuns.person} runs going. Wait for one to end, or stop one.`;
  if (actor.kind !== "visitor" || !("addressHash" in row)) return null;
  if (actor.visitorId !== null && (await tx.countOpenRuns({ visitorId: actor.visitorId })) >= openRuns.visitor) {
    return "You have a run going already. Wait for it, stop it, or sign in to run several at once.";
  }
  return (await tx.countOpenRuns({ addressHash: row.addressHash })) >= openRuns.address
    ? "Too many runs are going at your address. Try again in a moment."
    : null;
}

/**
 * A row of its own, so that it has a link, an owner and a place in the list; who computed it first is nobody's business.
 * Its cells are those of the source, which stays for it. Null where the source has just gone.
 */
async function answerFromCache(ctx: Context, draft: Draft, source: Pick<RunHead, "id" | "record">): Promise<Result<StartedRun> | null> {
  const { row } = draft;
  if (ctx.actor.kind === "visitor") {
    const limited = await limitRate(ctx, "answer:address", limitedAddress(ctx.actor.address));
    if (!limited.ok) return limited;
  }
  const record = source.record && { ...source.record, who: null };
  const held = await ctx.store.transaction(async (tx) => {
    if (!(await tx.holdRun(source.id))) return false;
    await tx.insertRun({ ...row, state: "done", cachedFromId: source.id, record, finishedAt: row.queuedAt });
    return true;
  });
  if (!held) return null;
  if (ctx.actor.kind === "user") await bringHome(ctx, row.id);
  return ok(started(ctx, draft, "done", true));
}

/** Where that fails, the files of the source still answer: no reason to say no to a run that is there. */
async function bringHome(ctx: Context, id: RunId): Promise<void> {
  try {
    const run = await ctx.store.findRun(id);
    if (run) await keepAnswer(ctx.storage, await placesOf(ctx, run), await runPlace(ctx.store, run));
  } catch (error) {
    ctx.log.warn({ run: id, err: error }, "the files of an answer could not be brought home");
  }
}

function started(ctx: Context, { row, claimKey, newVisitor }: Draft, state: RunState, cached: boolean): StartedRun {
  const claimUrl = claimKey === null ? null : `${ctx.config.publicUrl}${routes.claim(row.id, claimKey)}`;
  return { id: row.id, state, url: `${ctx.config.publicUrl}${routes.run(row.id)}`, claimUrl, cached, newVisitor };
}

async function limitStarts(ctx: Context): Promise<Result<void>> {
  if (ctx.actor.kind === "system") return ok(undefined);
  return ctx.actor.kind === "user" ? limitRate(ctx, "run:user", ctx.actor.userId) : limitRate(ctx, "run:address", limitedAddress(ctx.actor.address));
}
