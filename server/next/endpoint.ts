import { randomUUID } from "node:crypto";
import type { z } from "zod";
import type { VisitorId } from "#lib/domain/ids.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import type { Operation } from "./api/operations.ts";
import { identify } from "./identity.ts";
import { readJson } from "./read-body.ts";
import { reportError } from "./report-error.ts";
import { type Answering, problem, respond, unexpected } from "./respond.ts";
import { comesFromUs } from "./same-origin.ts";
import { web } from "./services.ts";
import { setCookieHeader, visitorCookie } from "./visitor-cookie.ts";

/** JSON of one parameter form; files come another way. */
const bodyBytes = 1024 * 1024;

type Parsed<T> = T extends z.ZodType ? z.output<T> : undefined;
export type Call<O extends Operation> = {
  readonly ctx: Context;
  readonly request: Request;
  readonly answering: Answering;
  /** The browser's visitor name, also while somebody is signed in. */
  readonly visitorId: VisitorId | null;
  readonly params: Parsed<O["params"]>;
  readonly query: Parsed<O["query"]>;
  readonly body: Parsed<O["body"]>;
};

/** The use-case's answer, as JSON with the operation's status; a Response where it is no JSON. `newVisitor` becomes a cookie. */
type Outcome =
  | Result<unknown>
  | Response
  | { readonly result: Result<unknown>; readonly headers: Record<string, string>; readonly newVisitor?: VisitorId | null };
type RouteContext = { readonly params: Promise<Record<string, string | string[] | undefined> | undefined> };

/** A route handler that parses by its operation, finds out who asks, refuses what comes from elsewhere, and reports what nobody expected. */
export function endpoint<const O extends Operation>(
  operation: O,
  handle: (call: Call<O>) => Promise<Outcome>,
): (request: Request, context: RouteContext) => Promise<Response> {
  return async (request, context) => {
    const answering = { requestId: request.headers.get("x-request-id") ?? randomUUID(), path: new URL(request.url).pathname };
    const { services } = await web();
    try {
      const call = await prepare(operation, request, context, answering);
      if (!call.ok) return problem(call.failure, answering);
      const outcome = await handle(call.value as Call<O>);
      if (outcome instanceof Response) return outcome;
      const { result, headers, newVisitor } = "result" in outcome ? { newVisitor: null, ...outcome } : { result: outcome, headers: {}, newVisitor: null };
      const cookie: Record<string, string> = newVisitor ? { "set-cookie": setCookieHeader(visitorCookie(services.config, newVisitor)) } : {};
      return respond(result, answering, { status: operation.answer.status, headers: { ...headers, ...cookie } });
    } catch (error) {
      reportError(services.log, error, { ...answering, method: request.method });
      return unexpected(error, answering);
    }
  };
}

async function prepare(operation: Operation, request: Request, context: RouteContext, answering: Answering): Promise<Result<Call<Operation>>> {
  const { services } = await web();
  const identity = await identify(request.headers);
  if (!identity.ok) return identity;
  const { actor, by, visitorId } = identity.value;
  if (operation.method !== "get" && !comesFromUs(request.headers, services.config.publicUrl, by))
    return fail("forbidden", "This request comes from another site.");
  const params = parse(operation.params, joined((await context.params) ?? {}));
  if (!params.ok) return params;
  const query = parse(operation.query, Object.fromEntries(new URL(request.url).searchParams));
  if (!query.ok) return query;
  const json = operation.body ? await readJson(request, bodyBytes) : ok(undefined);
  if (!json.ok) return json;
  const body = parse(operation.body, json.value);
  if (!body.ok) return body;
  const ctx: Context = { ...services, log: services.log.child({ requestId: answering.requestId }), actor, requestId: answering.requestId };
  return ok({ ctx, request, answering, visitorId, params: params.value as never, query: query.value as never, body: body.value as never });
}

/** The parts of a path that holds slashes. */
function joined(params: Readonly<Record<string, string | string[] | undefined>>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, Array.isArray(value) ? value.join("/") : value]));
}

function parse(schema: z.ZodType | undefined, raw: unknown): Result<unknown> {
  if (!schema) return ok(undefined);
  const parsed = schema.safeParse(raw);
  if (parsed.success) return ok(parsed.data);
  const fields = Object.fromEntries(parsed.error.issues.map((issue) => [issue.path.join(".") || "body", issue.message]));
  return fail("invalid", "This request is not as the API's document says.", { fields });
}
