import { z } from "zod";
import type { Operation } from "./operations.ts";
import * as schemas from "./version-schemas.ts";

const id = z.object({ id: z.string().min(1).max(200).describe("Id or slug of a project") });
const cursor = z.string().max(4000).optional().describe("`next` of the page before");
const limit = z.coerce.number().int().min(1).max(100).optional();
const commit = z.string().min(1).max(64).describe("Of a version, or `newest`");
const path = z.string().min(1).max(4000).describe("From the project's root; may hold slashes");
const json = (status: 200 | 201, schema: z.ZodType) => ({ status, schema, type: "application/json" }) as const;
const bytes = { status: 200, type: "application/octet-stream", schema: z.string() } as const;

/** Working copies and saved versions. */
export const versionOperations = {
  listProjectFiles: {
    method: "get",
    path: "/projects/{id}/files",
    summary: "One level of a folder of one's own working copy.",
    scope: "projects:write",
    params: id,
    query: z.object({ folder: z.string().max(4000).optional(), cursor, limit: z.coerce.number().int().min(1).max(1000).optional() }),
    answer: json(200, schemas.workFilePage),
    failures: ["invalid", "forbidden", "not_found"],
  },
  readProjectFile: {
    method: "get",
    path: "/projects/{id}/files/{path}",
    summary: "A file of one's own working copy. The header `stamp` says which state of it this is.",
    scope: "projects:write",
    params: id.extend({ path }),
    answer: bytes,
    failures: ["forbidden", "not_found"],
  },
  writeProjectFile: {
    method: "put",
    path: "/projects/{id}/files/{path}",
    summary:
      "Makes or replaces a file of one's own working copy, with the body as it is; the next version takes it in. With the header `if-stamp` only where the file is still that one (`none`: only where there is none).",
    scope: "projects:write",
    params: id.extend({ path }),
    answer: json(200, schemas.workFile),
    failures: ["forbidden", "not_found", "conflict", "too_large", "unavailable"],
  },
  deleteProjectFile: {
    method: "delete",
    path: "/projects/{id}/files/{path}",
    summary: "Moves a file of one's own working copy to the trash of one's home.",
    scope: "projects:write",
    params: id.extend({ path }),
    answer: { status: 204 },
    failures: ["forbidden", "not_found", "unavailable"],
  },
  showWorkingCopy: {
    method: "get",
    path: "/projects/{id}/working-copy",
    summary: "What one's own working copy holds that no version does, and whether the project has newer versions.",
    scope: "projects:write",
    params: id,
    answer: json(200, schemas.workingCopy),
    failures: ["forbidden", "not_found", "too_large"],
  },
  prepareWorkingCopy: {
    method: "post",
    path: "/projects/{id}/working-copy",
    summary: "Makes one's own working copy, or brings it up to the newest version. What was changed in it is merged, never overwritten.",
    scope: "projects:write",
    params: id,
    answer: json(200, schemas.preparedCopy),
    failures: ["forbidden", "not_found", "conflict", "too_large", "unavailable"],
  },
  discardChanges: {
    method: "post",
    path: "/projects/{id}/working-copy/discard",
    summary: "Brings files of one's own working copy back to their version, all or those named. What they held goes to the trash of one's home.",
    scope: "projects:write",
    params: id,
    body: z.object({ paths: z.array(z.string().max(4000)).max(10_000).optional() }),
    answer: json(200, z.object({ discarded: z.array(z.string()) })),
    failures: ["forbidden", "not_found", "too_large", "unavailable"],
  },
  listVersions: {
    method: "get",
    path: "/projects/{id}/versions",
    summary: "Saved versions, the newest first; with `path` those that changed that file.",
    scope: "worksheets:read",
    params: id,
    query: z.object({ path: z.string().max(4000).optional(), cursor, limit }),
    answer: json(200, schemas.versionPage),
    failures: ["invalid", "not_found"],
  },
  saveVersion: {
    method: "post",
    path: "/projects/{id}/versions",
    summary:
      "Saves one's own working copy as the newest version, all of it or the files named. What others saved meanwhile is merged with it. 409 where nothing changed.",
    scope: "projects:write",
    params: id,
    body: z.object({
      message: z.string().max(5000).default("").describe("Empty: as suggested"),
      paths: z.array(z.string().max(4000)).max(10_000).optional(),
    }),
    answer: json(201, schemas.savedVersion),
    failures: ["invalid", "forbidden", "not_found", "conflict", "too_large", "unavailable"],
  },
  showVersion: {
    method: "get",
    path: "/projects/{id}/versions/{commit}",
    summary: "A version with what it changed.",
    scope: "worksheets:read",
    params: id.extend({ commit }),
    answer: json(200, schemas.versionDetails),
    failures: ["not_found"],
  },
  openVersionFile: {
    method: "get",
    path: "/projects/{id}/versions/{commit}/files/{path}",
    summary: "A file of a version.",
    scope: "worksheets:read",
    params: id.extend({ commit, path }),
    answer: bytes,
    failures: ["not_found"],
  },
  restoreVersion: {
    method: "post",
    path: "/projects/{id}/versions/{commit}/restore",
    summary:
      "Makes a new version that holds what this one held, or with `path` that file alone. `keep` says what becomes of changes that are in no version yet.",
    scope: "projects:write",
    params: id.extend({ commit }),
    body: z.object({ path: z.string().max(4000).optional(), keep: z.enum(["save", "discard"]).optional() }),
    answer: json(201, schemas.savedVersion),
    failures: ["forbidden", "not_found", "conflict", "too_large", "unavailable"],
  },
  compareVersions: {
    method: "get",
    path: "/projects/{id}/compare",
    summary: "How two states of a project differ: versions, `newest`, or of one's own working copy `base` (what it was made from) and `working`.",
    scope: "worksheets:read",
    params: id,
    query: z.object({ from: z.string().min(1).max(64), to: z.string().min(1).max(64) }),
    answer: json(200, schemas.comparison),
    failures: ["forbidden", "not_found", "too_large"],
  },
  showUpstream: {
    method: "get",
    path: "/projects/{id}/upstream",
    summary: "What the project that this one was copied from has that is not here.",
    scope: "projects:write",
    params: id,
    answer: json(200, schemas.upstream),
    failures: ["forbidden", "not_found"],
  },
  mergeUpstream: {
    method: "post",
    path: "/projects/{id}/upstream",
    summary: "Brings the newest version of the project that this one was copied from into a new version. 409 where there is nothing newer.",
    scope: "projects:write",
    params: id,
    answer: json(201, schemas.savedVersion),
    failures: ["forbidden", "not_found", "conflict", "unavailable"],
  },
} as const satisfies Record<string, Operation>;
