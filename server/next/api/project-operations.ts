import { z } from "zod";
import type { Operation } from "./operations.ts";
import * as schemas from "./project-schemas.ts";
import { pageOf } from "./schemas.ts";

const id = z.object({ id: z.string().min(1).max(200).describe("Id or slug of a project") });
const cursor = z.string().max(1000).optional().describe("`next` of the page before");
const limit = z.coerce.number().int().min(1).max(100).optional();
const flag = z.enum(["1", "0", "true", "false"]).transform((word) => word === "1" || word === "true");
const json = (status: 200 | 201 | 202, schema: z.ZodType) => ({ status, schema, type: "application/json" }) as const;
const path = z.string().min(1).max(1000).describe("Of the notebook, from the project's root");
const address = z.object({ id: z.string(), slug: z.string() });

/** Projects, their worksheets and copies. */
export const projectOperations = {
  listProjects: {
    method: "get",
    path: "/projects",
    summary:
      "Public projects that have a worksheet, the newest first; with `mine=1` one's own, what was changed last first, with `trash=1` those that can be brought back.",
    scope: "worksheets:read",
    query: z.object({ mine: flag.optional(), trash: flag.optional(), cursor, limit }),
    answer: json(200, z.union([pageOf(schemas.ownProject), pageOf(schemas.projectCard)])),
    failures: ["invalid", "unauthenticated", "forbidden"],
  },
  createProject: {
    method: "post",
    path: "/projects",
    summary: "Makes a project, blank or from a template.",
    scope: "projects:write",
    body: schemas.createProjectBody,
    answer: json(201, schemas.madeProject),
    failures: ["invalid", "unauthenticated", "forbidden", "conflict", "too_many", "unavailable"],
  },
  importProject: {
    method: "post",
    path: "/projects/import",
    summary:
      "Makes a project from a git address (JSON), from files (a form with `files`, whose names may hold folders, beside the fields of an address), or from one zip archive or notebook as the body (its name as `?name=`). What takes long goes on after the answer.",
    scope: "projects:write",
    query: schemas.importFields.extend({ name: z.string().max(500).optional() }),
    answer: json(202, schemas.madeProject),
    failures: ["invalid", "unauthenticated", "forbidden", "conflict", "too_large", "too_many", "unavailable"],
  },
  showProject: {
    method: "get",
    path: "/projects/{id}",
    summary: "A project; while it is made, how far that is.",
    scope: "worksheets:read",
    params: id,
    query: z.object({ cursor }),
    answer: json(200, schemas.project),
    failures: ["invalid", "not_found"],
  },
  updateProject: {
    method: "patch",
    path: "/projects/{id}",
    summary: "Changes what a project is called, where it stands and who sees it. What is not named stays.",
    scope: "projects:write",
    params: id,
    body: schemas.updateProjectBody,
    answer: json(200, address),
    failures: ["invalid", "forbidden", "not_found", "conflict"],
  },
  trashProject: {
    method: "delete",
    path: "/projects/{id}",
    summary: "Puts a project into the trash. One that is still being made is stopped and gone.",
    scope: "projects:write",
    params: id,
    answer: json(200, z.object({ id: z.string(), restorableUntil: z.iso.datetime().nullable() })),
    failures: ["forbidden", "not_found", "conflict"],
  },
  restoreProject: {
    method: "post",
    path: "/projects/{id}/restore",
    summary: "Takes a project out of the trash.",
    scope: "projects:write",
    params: id,
    answer: json(200, address),
    failures: ["forbidden", "not_found"],
  },
  copyProject: {
    method: "post",
    path: "/projects/{id}/copies",
    summary: "Makes a private project of one's own from one that one may read, with all its versions.",
    scope: "projects:write",
    params: id,
    body: z.object({
      title: z.string().trim().max(1000).optional(),
      into: z.enum(["mine", "public"]).default("mine").describe('"public": administrators only'),
    }),
    answer: json(201, schemas.madeProject),
    failures: ["invalid", "unauthenticated", "forbidden", "not_found", "conflict", "too_many", "unavailable"],
  },
  listProjectWorksheets: {
    method: "get",
    path: "/projects/{id}/worksheets",
    summary: "Every notebook of the newest version, for its authors: published or not, and what stands in the way.",
    scope: "projects:write",
    params: id,
    answer: json(200, z.object({ items: z.array(schemas.projectWorksheet) })),
    failures: ["forbidden", "not_found"],
  },
  publishWorksheet: {
    method: "post",
    path: "/projects/{id}/worksheets",
    summary:
      "Publishes a notebook of the newest version: 202 with the run that computes its first result, or 200 with the located problems that stand in the way.",
    scope: "projects:write",
    params: id,
    body: z.object({ path }),
    answer: json(202, schemas.publication),
    otherwise: json(200, schemas.publicationProblems),
    failures: ["invalid", "forbidden", "not_found", "conflict", "too_large", "unavailable"],
  },
  unpublishWorksheet: {
    method: "delete",
    path: "/projects/{id}/worksheets/{worksheetId}",
    summary: "Takes a worksheet out of the gallery. Runs that people made of it stay.",
    scope: "projects:write",
    params: id.extend({ worksheetId: z.string().min(1).max(200).describe("Id or slug of a worksheet") }),
    answer: json(200, z.object({ id: z.string() })),
    failures: ["forbidden", "not_found"],
  },
  startPreview: {
    method: "post",
    path: "/projects/{id}/previews",
    summary: "Runs a notebook of one's own working copy as a worksheet, on a fresh kernel. Nobody else sees the run; it is gone after a day.",
    scope: "projects:write",
    params: id,
    body: z.object({ path, values: z.record(z.string(), z.unknown()).default({}) }),
    answer: json(202, schemas.startedPreview),
    failures: ["invalid", "unauthenticated", "forbidden", "not_found", "too_large", "too_many", "unavailable"],
  },
  showOfficialRequest: {
    method: "get",
    path: "/projects/{id}/official-requests",
    summary: "What became of the newest request to make a project official; null where there was none.",
    scope: "projects:write",
    params: id,
    answer: json(200, z.object({ request: schemas.officialRequest.nullable() })),
    failures: ["forbidden", "not_found"],
  },
  requestOfficial: {
    method: "post",
    path: "/projects/{id}/official-requests",
    summary: "Asks the administrators to make a public project official.",
    scope: "projects:write",
    params: id,
    body: z.object({ note: z.string().max(10_000).optional() }),
    answer: json(201, schemas.officialRequest),
    failures: ["invalid", "unauthenticated", "forbidden", "not_found", "conflict"],
  },
  withdrawOfficialRequest: {
    method: "delete",
    path: "/projects/{id}/official-requests",
    summary: "Takes the waiting request back.",
    scope: "projects:write",
    params: id,
    answer: { status: 204 },
    failures: ["forbidden", "not_found"],
  },
  setUnofficial: {
    method: "delete",
    path: "/projects/{id}/official",
    summary: "Takes a project off the official shelf. Administrators only.",
    scope: "admin",
    params: id,
    answer: { status: 204 },
    failures: ["forbidden", "not_found"],
  },
  listOfficialRequests: {
    method: "get",
    path: "/official-requests",
    summary: "Requests to make projects official, those that wait the longest first; with `which=decided` the answered ones. Administrators only.",
    scope: "admin",
    query: z.object({ which: z.enum(["open", "decided"]).default("open"), cursor, limit }),
    answer: json(200, pageOf(schemas.officialRequest)),
    failures: ["invalid", "forbidden"],
  },
  decideOfficialRequest: {
    method: "post",
    path: "/official-requests/{id}",
    summary: "Accepts or declines a request. Administrators only.",
    scope: "admin",
    params: z.object({ id: z.string().min(1).max(200).describe("Id of a request") }),
    body: z.object({ decision: z.enum(["accept", "decline"]), answer: z.string().max(10_000).optional().describe("Needed to decline: its author reads it") }),
    answer: json(200, schemas.officialRequest),
    failures: ["invalid", "not_found", "conflict"],
  },
} as const satisfies Record<string, Operation>;
