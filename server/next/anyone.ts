import { randomUUID } from "node:crypto";
import type { Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { clientAddress } from "./identity.ts";
import { reportError } from "./report-error.ts";
import { respond, unexpected } from "./respond.ts";
import { web } from "./services.ts";

/** For what is the same for everybody: asked as a visitor without a name, whatever cookies say. */
export async function anyone(request: Request, handle: (ctx: Context) => Promise<Response | Result<unknown>>): Promise<Response> {
  const answering = { requestId: request.headers.get("x-request-id") ?? randomUUID(), path: new URL(request.url).pathname };
  const { services } = await web();
  try {
    const ctx: Context = { ...services, actor: { kind: "visitor", visitorId: null, address: clientAddress(request.headers) }, requestId: answering.requestId };
    const outcome = await handle(ctx);
    return outcome instanceof Response ? outcome : respond(outcome, answering);
  } catch (error) {
    reportError(services.log, error, { ...answering, method: request.method });
    return unexpected(error, answering);
  }
}
