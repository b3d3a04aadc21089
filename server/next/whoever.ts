import { randomUUID } from "node:crypto";
import type { Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { identify } from "./identity.ts";
import { reportError } from "./report-error.ts";
import { problem, respond, unexpected } from "./respond.ts";
import { web } from "./services.ts";

/** For what a page shows beside itself: asked as whoever the page was asked as. */
export async function whoever(request: Request, handle: (ctx: Context) => Promise<Response | Result<unknown>>): Promise<Response> {
  const answering = { requestId: request.headers.get("x-request-id") ?? randomUUID(), path: new URL(request.url).pathname };
  const { services } = await web();
  try {
    const identity = await identify(request.headers);
    if (!identity.ok) return problem(identity.failure, answering);
    const outcome = await handle({ ...services, actor: identity.value.actor, requestId: answering.requestId });
    return outcome instanceof Response ? outcome : respond(outcome, answering);
  } catch (error) {
    reportError(services.log, error, { ...answering, method: request.method });
    return unexpected(error, answering);
  }
}
