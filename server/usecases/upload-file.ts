import type { VisitorId } from "#lib/domain/ids.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { digestOf, newId } from "#server/ids.ts";
import { limitedAddress, limitRate } from "./limit-rate.ts";

export type UploadedFile = { readonly id: string; readonly name: string; readonly bytes: number; readonly digest: string };

/** A file that runs are started with minutes later, not an archive. */
const personKeepDays = 30;

/** How large a file this actor may send. */
export function uploadLimit(ctx: Context): number {
  return ctx.actor.kind === "visitor" ? ctx.config.visitor.uploadBytes : ctx.config.person.uploadBytes;
}

/** Keeps a file for a file parameter. `newVisitor` names a browser that had no name; only it may use the file. */
export async function uploadFile(ctx: Context, input: { name: string; bytes: Uint8Array }): Promise<Result<UploadedFile & { newVisitor: VisitorId | null }>> {
  const { actor } = ctx;
  if (actor.kind === "user" && actor.via.kind === "token" && !actor.via.scopes.includes("runs:write"))
    return fail("forbidden", "This token may not start runs.");
  if (actor.kind === "visitor" && !ctx.config.visitor.mayRun)
    return fail("forbidden", "Running without an account is switched off on this server. Sign in first.");
  const limited =
    actor.kind === "user"
      ? await limitRate(ctx, "upload:user", actor.userId)
      : await limitRate(ctx, "upload:address", actor.kind === "visitor" ? limitedAddress(actor.address) : "system");
  if (!limited.ok) return limited;
  const limit = uploadLimit(ctx);
  if (input.bytes.byteLength > limit) return fail("too_large", `This file is too large: at most ${Math.floor(limit / 1024 / 1024)} MB.`);
  const name = plainName(input.name);
  if (name === null) return fail("invalid", "This file name cannot be used.", { fields: { file: "Give the file an ordinary name." } });
  const newVisitor = actor.kind === "visitor" && actor.visitorId === null ? newId("visitor") : null;
  const id = newId("upload");
  const digest = digestOf(input.bytes);
  const days = actor.kind === "visitor" ? ctx.config.visitor.keepDays : personKeepDays;
  await ctx.store.insertUpload({
    id,
    ownerId: actor.kind === "user" ? actor.userId : null,
    visitorId: actor.kind === "visitor" ? (actor.visitorId ?? newVisitor) : null,
    name,
    size: input.bytes.byteLength,
    digest,
    bytes: input.bytes,
    expiresAt: new Date(ctx.now().getTime() + days * 86_400_000),
  });
  return ok({ id, name, bytes: input.bytes.byteLength, digest, newVisitor });
}

/** The last part of whatever path a browser sends. */
function plainName(given: string): string | null {
  const name = (given.split(/[/\\]/).at(-1) ?? "").trim();
  return name === "" || name === "." || name === ".." || name.length > 255 || !name.isWellFormed() || /\p{Cc}/u.test(name) ? null : name;
}
