import type { VisitorId } from "#lib/domain/ids.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { digestOf, newId } from "#server/ids.ts";
import type { Queries, UploadsOf } from "#server/ports/store.ts";
import { limitedAddress, limitRate } from "./limit-rate.ts";

export type UploadedFile = { readonly id: string; readonly name: string; readonly bytes: number; readonly digest: string };

/** A file that runs are started with minutes later, not an archive. */
const personKeepDays = 30;

/** How many of the largest files are kept at once: for one person or browser, and for all browsers behind one address. */
const keptFiles = { one: 10, address: 100 };

/** Whether a file may be sent now, and how large it may be. Asked before its bytes are read: a refusal costs nothing. */
export async function admitUpload(ctx: Context): Promise<Result<{ limitBytes: number }>> {
  const { actor } = ctx;
  const allowed = mayUpload(ctx);
  if (!allowed.ok) return allowed;
  const limited =
    actor.kind === "user"
      ? await limitRate(ctx, "upload:user", actor.userId)
      : await limitRate(ctx, "upload:address", actor.kind === "visitor" ? limitedAddress(actor.address) : "system");
  if (!limited.ok) return limited;
  const room = await roomFor(ctx.store, ctx, 0);
  return room.ok ? ok({ limitBytes: largest(ctx) }) : room;
}

/** Keeps a file for a file parameter. `newVisitor` names a browser that had no name; only it may use the file. */
export async function uploadFile(ctx: Context, input: { name: string; bytes: Uint8Array }): Promise<Result<UploadedFile & { newVisitor: VisitorId | null }>> {
  const { actor } = ctx;
  const allowed = mayUpload(ctx);
  if (!allowed.ok) return allowed;
  const size = input.bytes.byteLength;
  const limit = largest(ctx);
  if (size > limit) return fail("too_large", `This file is too large: at most ${Math.floor(limit / 1024 / 1024)} MB.`);
  const name = plainName(input.name);
  if (name === null) return fail("invalid", "This file name cannot be used.", { fields: { file: "Give the file an ordinary name." } });
  const newVisitor = actor.kind === "visitor" && actor.visitorId === null ? newId("visitor") : null;
  const digest = digestOf(input.bytes);
  const days = actor.kind === "visitor" ? ctx.config.visitor.keepDays : personKeepDays;
  const expiresAt = new Date(ctx.now().getTime() + days * 86_400_000);
  return ctx.store.transaction(async (tx) => {
    // Two at once must not both see the room that is there for one.
    await tx.lockQueue(`uploads:${actor.kind === "user" ? actor.userId : actor.kind === "visitor" ? limitedAddress(actor.address) : "system"}`);
    const [own] = keepers(ctx);
    const known = own && !("addressHash" in own.of) ? await tx.renewUpload(own.of, { digest, name, expiresAt }) : null;
    if (known !== null) return ok({ id: known, name, bytes: size, digest, newVisitor: null });
    const room = await roomFor(tx, ctx, size);
    if (!room.ok) return room;
    const id = newId("upload");
    await tx.insertUpload({
      id,
      ownerId: actor.kind === "user" ? actor.userId : null,
      visitorId: actor.kind === "visitor" ? (actor.visitorId ?? newVisitor) : null,
      addressHash: actor.kind === "visitor" ? digestOf(limitedAddress(actor.address)) : null,
      name,
      size,
      digest,
      bytes: input.bytes,
      expiresAt,
    });
    return ok({ id, name, bytes: size, digest, newVisitor });
  });
}

function mayUpload({ actor, config }: Context): Result<void> {
  if (actor.kind === "user" && actor.via.kind === "token" && !actor.via.scopes.includes("runs:write"))
    return fail("forbidden", "This token may not start runs.");
  if (actor.kind === "visitor" && !config.visitor.mayRun) return fail("forbidden", "Running without an account is switched off on this server. Sign in first.");
  return ok(undefined);
}

function largest(ctx: Context): number {
  return ctx.actor.kind === "visitor" ? ctx.config.visitor.uploadBytes : ctx.config.person.uploadBytes;
}

/** For whom a file counts, the narrowest first, and how many of the largest files they may have here. */
function keepers({ actor }: Context): { of: UploadsOf; files: number }[] {
  if (actor.kind === "system") return [];
  if (actor.kind === "user") return [{ of: { ownerId: actor.userId }, files: keptFiles.one }];
  const address = { of: { addressHash: digestOf(limitedAddress(actor.address)) }, files: keptFiles.address };
  return actor.visitorId === null ? [address] : [{ of: { visitorId: actor.visitorId }, files: keptFiles.one }, address];
}

async function roomFor(queries: Pick<Queries, "sumUploads">, ctx: Context, bytes: number): Promise<Result<void>> {
  for (const { of, files } of keepers(ctx)) {
    const most = files * largest(ctx);
    const kept = await queries.sumUploads(of);
    if (kept + bytes <= most && kept < most) continue;
    const whose = "addressHash" in of ? "Files sent from your address take up" : "Your files take up";
    return fail("too_many", `${whose} all the room there is for them. The oldest are removed with time.`, { retryAfterSeconds: 3600 });
  }
  return ok(undefined);
}

/** The last part of whatever path a browser sends. */
function plainName(given: string): string | null {
  const name = (given.split(/[/\\]/).at(-1) ?? "").trim();
  return name === "" || name === "." || name === ".." || name.length > 255 || !name.isWellFormed() || /\p{Cc}/u.test(name) ? null : name;
}
