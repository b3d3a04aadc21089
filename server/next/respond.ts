import { type Failure, httpStatusOf, type Result } from "#lib/result.ts";
import { passingFailure } from "./passing-failure.ts";

const titles = {
  invalid: "Invalid input",
  unauthenticated: "Not signed in",
  forbidden: "Not allowed",
  not_found: "Not found",
  conflict: "Conflict",
  too_large: "Too large",
  too_many: "Too many requests",
  unavailable: "Not available",
} as const satisfies Record<Failure["code"], string>;

export type Answering = { readonly requestId: string; readonly path: string };

/** A Result as JSON, or as a problem document (RFC 9457). Nothing here is kept by caches. */
export function respond<T>(result: Result<T>, answering: Answering, more: { status?: number; headers?: Record<string, string> } = {}): Response {
  if (!result.ok) return problem(result.failure, answering);
  const status = more.status ?? (result.value === undefined ? 204 : 200);
  const headers = { "cache-control": "no-store", ...more.headers };
  return status === 204 ? new Response(null, { status, headers }) : Response.json(result.value, { status, headers });
}

export function problem(failure: Failure, answering: Answering): Response {
  const status = httpStatusOf[failure.code];
  const body = {
    type: `urn:sheaf:problem:${failure.code}`,
    title: titles[failure.code],
    status,
    detail: failure.message,
    instance: answering.path,
    requestId: answering.requestId,
    ...(failure.fields ? { fields: failure.fields } : {}),
  };
  const headers = {
    "content-type": "application/problem+json",
    "cache-control": "no-store",
    ...(failure.retryAfterSeconds === undefined ? {} : { "retry-after": String(failure.retryAfterSeconds) }),
    ...(failure.code === "unauthenticated" ? { "www-authenticate": "Bearer" } : {}),
  };
  return new Response(JSON.stringify(body), { status, headers });
}

/** What nobody expected; the log has the rest under the same request id. */
export function unexpected(error: unknown, answering: Answering): Response {
  const passing = passingFailure(error);
  if (passing) return problem(passing, answering);
  const body = {
    type: "about:blank",
    title: "Internal error",
    status: 500,
    detail: "Something went wrong on the server.",
    instance: answering.path,
    requestId: answering.requestId,
  };
  return new Response(JSON.stringify(body), { status: 500, headers: { "content-type": "application/problem+json", "cache-control": "no-store" } });
}
