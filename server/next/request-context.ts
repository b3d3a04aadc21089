import "server-only";
import { randomUUID } from "node:crypto";
import { headers } from "next/headers";
import type { VisitorId } from "#lib/domain/ids.ts";
import type { Actor } from "#lib/domain/person.ts";
import type { Context } from "#server/context.ts";
import { clientAddress, identify } from "./identity.ts";
import { web } from "./services.ts";

/** For pages and actions: who asks, and all that a use-case may touch. Reading it makes a page dynamic. */
export async function requestContext(): Promise<Context & { readonly visitorId: VisitorId | null }> {
  const given = await headers();
  const { services } = await web();
  const identity = await identify(given);
  const requestId = given.get("x-request-id") ?? randomUUID();
  // Pages know no tokens: one that is no good there is nobody, rather than an error page.
  const actor: Actor = identity.ok ? identity.value.actor : { kind: "visitor", visitorId: null, address: clientAddress(given) };
  return { ...services, log: services.log.child({ requestId }), actor, requestId, visitorId: identity.ok ? identity.value.visitorId : null };
}

/** For pages that are the same for everybody and are kept: a visitor without a name. Reads nothing of the request. */
export async function publicContext(): Promise<Context> {
  const { services } = await web();
  return { ...services, actor: { kind: "visitor", visitorId: null, address: "127.0.0.1" }, requestId: "shared-page" };
}
