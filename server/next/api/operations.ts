import { z } from "zod";
import { type TokenScope, tokenScopes } from "#lib/domain/person.ts";
import type { FailureCode } from "#lib/result.ts";
import { environmentOperations } from "./environment-operations.ts";
import { homeOperations } from "./home-operations.ts";
import { labOperations } from "./lab-operations.ts";
import { projectOperations } from "./project-operations.ts";
import * as schemas from "./schemas.ts";
import { versionOperations } from "./version-operations.ts";

/**
 * Every operation of the API, once: routes parse by it, the document is printed from it, and a test holds the routes to it.
 * `limitBytes` bounds the body; files are bounded by the use-case, which knows who sends them.
 */
export type Operation = {
  readonly method: "get" | "post" | "put" | "patch" | "delete";
  /** Below /api/v1. */
  readonly path: string;
  readonly summary: string;
  /** What a token needs; null where anybody may ask. */
  readonly scope: TokenScope | null;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly answer: { readonly status: 200 | 201 | 202 | 204; readonly type?: string; readonly schema?: z.ZodType };
  /** Another answer that is no failure either. */
  readonly otherwise?: { readonly status: 200 | 201 | 202; readonly type: string; readonly schema: z.ZodType };
  readonly failures: readonly FailureCode[];
};

const id = (what: string) => z.object({ id: z.string().min(1).max(200).describe(what) });
const cursor = z.string().max(1000).optional().describe("`next` of the page before");
const limit = z.coerce.number().int().min(1).max(100).optional();
const json = (status: 200 | 201 | 202, schema: z.ZodType) => ({ status, schema, type: "application/json" }) as const;
const worksheetId = id("Id or slug of a worksheet");
const runId = id("Id of a run");

export const operations = {
  ...projectOperations,
  ...versionOperations,
  ...labOperations,
  ...environmentOperations,
  ...homeOperations,
  listWorksheets: {
    method: "get",
    path: "/worksheets",
    summary: "Public worksheets: official ones first, then the newest; with `q`, the best match first.",
    scope: null,
    query: z.object({ q: z.string().max(200).optional(), area: z.string().max(100).optional(), tag: z.string().max(100).optional(), cursor, limit }),
    answer: json(200, schemas.pageOf(schemas.worksheetCard)),
    failures: ["invalid"],
  },
  showWorksheet: {
    method: "get",
    path: "/worksheets/{id}",
    summary: "A worksheet, with its parameters as JSON Schema.",
    scope: "worksheets:read",
    params: worksheetId,
    answer: json(200, schemas.worksheet),
    failures: ["not_found"],
  },
  startRun: {
    method: "post",
    path: "/worksheets/{id}/runs",
    summary: "Runs a worksheet. Answers at once: with a run in the queue, or with a finished one where the same was computed before and `fresh` is not set.",
    scope: "runs:write",
    params: worksheetId,
    body: z.object({ values: z.record(z.string(), z.unknown()).default({}), fresh: z.boolean().default(false) }),
    answer: json(202, schemas.startedRun),
    failures: ["invalid", "forbidden", "not_found", "too_large", "too_many", "unavailable"],
  },
  listRuns: {
    method: "get",
    path: "/runs",
    summary: "One's own runs, the latest first.",
    scope: "runs:read",
    query: z.object({ cursor, limit }),
    answer: json(200, schemas.pageOf(schemas.runCard)),
    failures: ["invalid", "forbidden"],
  },
  showRun: {
    method: "get",
    path: "/runs/{id}",
    summary: "A run, as far as it is.",
    scope: "runs:read",
    params: runId,
    answer: json(200, schemas.run),
    failures: ["not_found"],
  },
  cancelRun: {
    method: "delete",
    path: "/runs/{id}",
    summary: "Stops a run. Stopping one that has ended changes nothing.",
    scope: "runs:write",
    params: runId,
    answer: json(202, schemas.cancelledRun),
    failures: ["forbidden", "not_found"],
  },
  followRun: {
    method: "get",
    path: "/runs/{id}/events",
    summary: "What the run says, as server-sent events numbered by `id`, until `event: end`. Come back with Last-Event-ID or `after`.",
    scope: "runs:read",
    params: runId,
    query: z.object({ after: z.coerce.number().int().min(0).max(1e9).optional() }),
    answer: { status: 200, type: "text/event-stream", schema: z.string() },
    failures: ["not_found"],
  },
  readRunNotebook: {
    method: "get",
    path: "/runs/{id}/notebook",
    summary: "The executed notebook.",
    scope: "runs:read",
    params: runId,
    answer: { status: 200, type: "application/x-ipynb+json", schema: z.string() },
    failures: ["not_found", "conflict"],
  },
  openRunFile: {
    method: "get",
    path: "/runs/{id}/files/{path}",
    summary: "A file that the run wrote; `path` may hold slashes.",
    scope: "runs:read",
    params: runId.extend({ path: z.string().min(1).max(1000) }),
    answer: { status: 200, type: "application/octet-stream", schema: z.string() },
    failures: ["not_found"],
  },
  shareRun: {
    method: "post",
    path: "/runs/{id}/share",
    summary: "Lets everybody who has the link read the run, or nobody else any more.",
    scope: "runs:write",
    params: runId,
    body: z.object({ shared: z.boolean().default(true) }),
    answer: json(200, schemas.sharedRun),
    failures: ["invalid", "forbidden", "not_found"],
  },
  claimRun: {
    method: "post",
    path: "/runs/{id}/claim",
    summary: "Makes a visitor's run one's own, by the key of its claim link or from the browser that ran it.",
    scope: "runs:write",
    params: runId,
    body: z.object({ key: z.string().max(100).optional() }),
    answer: json(200, schemas.claimedRun),
    failures: ["invalid", "unauthenticated", "not_found"],
  },
  uploadFile: {
    method: "post",
    path: "/uploads",
    summary: 'Sends a file for a file parameter, as the field "file" of a form; its value is then {"upload": id, "name": name}.',
    scope: "runs:write",
    answer: json(201, schemas.upload),
    failures: ["invalid", "forbidden", "too_large", "too_many"],
  },
  listAreas: {
    method: "get",
    path: "/areas",
    summary: "Fields of science and how many worksheets each has.",
    scope: null,
    answer: json(200, z.object({ items: z.array(schemas.area) })),
    failures: [],
  },
  showMe: { method: "get", path: "/me", summary: "Who asks, and what they may.", scope: null, answer: json(200, schemas.me), failures: [] },
  listTokens: {
    method: "get",
    path: "/tokens",
    summary: "One's own tokens.",
    scope: "admin",
    answer: json(200, z.object({ items: z.array(schemas.token) })),
    failures: ["unauthenticated", "forbidden"],
  },
  createToken: {
    method: "post",
    path: "/tokens",
    summary: "Makes a token; its text is shown this once. Signed-in browsers only.",
    scope: "admin",
    body: z.object({ name: z.string().max(200), scopes: z.array(z.enum(tokenScopes)), days: z.int() }),
    answer: json(201, schemas.newToken),
    failures: ["invalid", "unauthenticated", "forbidden"],
  },
  revokeToken: {
    method: "delete",
    path: "/tokens/{id}",
    summary: "Ends a token.",
    scope: "admin",
    params: id("Id of a token"),
    answer: { status: 204 },
    failures: ["unauthenticated", "not_found"],
  },
  listSessions: {
    method: "get",
    path: "/sign-ins",
    summary: "One's own signed-in browsers.",
    scope: "admin",
    answer: json(200, z.object({ items: z.array(schemas.session) })),
    failures: ["unauthenticated"],
  },
  revokeSessions: {
    method: "delete",
    path: "/sign-ins",
    summary: "Signs out everywhere; with `keep=this` everywhere else.",
    scope: "admin",
    query: z.object({ keep: z.enum(["this", "none"]).default("none") }),
    answer: json(200, z.object({ revoked: z.int() })),
    failures: ["unauthenticated"],
  },
  readDocument: {
    method: "get",
    path: "/openapi.json",
    summary: "This document.",
    scope: null,
    answer: json(200, z.looseObject({ openapi: z.string() })),
    failures: [],
  },
} as const satisfies Record<string, Operation>;
