import { isId } from "#lib/domain/ids.ts";
import { can } from "#lib/policy.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { digestOf, randomText } from "#server/ids.ts";
import { labBasePath, labUrl } from "#server/lab-address.ts";

/** Long enough for a slow page, too short for a link that was copied from somewhere. */
const ticketSeconds = 60;

/** `next` is a path inside the lab, relative to its root: "lab/tree/a.ipynb". */
export type IssueLabTicket = { readonly id: string; readonly next?: string | undefined };

/**
 * An address that lets this browser, once, into a lab of the person's own: the lab's host knows no cookie of ours. What
 * it opens ends with the sign-in that asked, which is why a token cannot ask.
 */
export async function issueLabTicket(ctx: Context, input: IssueLabTicket): Promise<Result<{ url: string }>> {
  const { actor } = ctx;
  const lab = isId("lab", input.id) ? await ctx.store.findLab(input.id) : null;
  if (!lab || actor.kind !== "user" || !can(actor, "lab:use", { ownerId: lab.userId })) return fail("not_found", "No such session.");
  if (actor.via.kind !== "session") return fail("forbidden", "A lab is opened in a browser that is signed in.");
  const ticket = randomText(32);
  const now = ctx.now().getTime();
  await ctx.store.removeLabTicketsBefore(new Date(now - ticketSeconds * 1000));
  await ctx.store.insertLabTicket({
    ticketHash: digestOf(ticket),
    labId: lab.id,
    userId: actor.userId,
    sessionId: actor.via.sessionId,
    expiresAt: new Date(now + ticketSeconds * 1000),
  });
  const next = `${labBasePath(ctx.config, lab.label)}${(input.next ?? "lab").replace(/^\/+/, "")}`;
  const query = new URLSearchParams({ ticket, next });
  return ok({ url: `${labUrl(ctx.config, lab.label, ".sheaf/enter")}?${query}` });
}
