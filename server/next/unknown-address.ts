import { randomUUID } from "node:crypto";
import type { Failure } from "#lib/result.ts";
import { problem } from "./respond.ts";

const nothingHere: Failure = { code: "not_found", message: "The API has nothing at this address. Its document is at /api/v1/openapi.json." };

/** Programs get a problem document, not the page that people see. */
export function unknownAddress(request: Request): Response {
  return problem(nothingHere, { requestId: request.headers.get("x-request-id") ?? randomUUID(), path: new URL(request.url).pathname });
}
