import { z } from "zod";
import type { HomeEntryView, HomeUploadView, HomeUsageView, TrashedEntryView } from "#lib/domain/home.ts";
import type { Operation } from "./operations.ts";

const instant = z.iso.datetime().describe("ISO 8601, UTC");
const kind = z.enum(["file", "folder", "link", "other"]);
const entry = z
  .object({ name: z.string(), path: z.string(), kind, bytes: z.number(), modifiedAt: instant, stamp: z.string().describe("Changes whenever the file does") })
  .meta({ id: "HomeEntry" }) satisfies z.ZodType<HomeEntryView>;
const trashed = z
  .object({ id: z.string(), path: z.string().describe("Where it was"), kind, bytes: z.number(), trashedAt: instant, removedAt: instant })
  .meta({ id: "TrashedEntry" }) satisfies z.ZodType<TrashedEntryView>;
const usage = z.object({ usedBytes: z.number(), limitBytes: z.number(), countedAt: instant }).meta({ id: "HomeUsage" }) satisfies z.ZodType<HomeUsageView>;
const upload = z
  .object({ id: z.string(), path: z.string(), receivedBytes: z.number().describe("Where the next piece begins"), totalBytes: z.number() })
  .meta({ id: "HomeUpload" }) satisfies z.ZodType<HomeUploadView>;

const path = z.string().max(3000);
const filePath = z.object({ path: path.min(1).describe("Path in the home; it may hold slashes") });
const uploadId = z.object({ id: z.string().min(1).max(100).describe("Id of an upload") });
const trashId = z.object({ id: z.string().min(1).max(100).describe("Id of something in the trash") });
const json = (status: 200 | 201, schema: z.ZodType) => ({ status, schema, type: "application/json" }) as const;
const read = { scope: "runs:read" } as const;
const write = { scope: "projects:write" } as const;

/** What may be asked about one's own home. */
export const homeOperations = {
  listHomeFiles: {
    ...read,
    method: "get",
    path: "/home/files",
    summary: "A folder of one's own home, folders first; without `folder` the home itself.",
    query: z.object({
      folder: path.default(""),
      after: z.string().max(1000).optional().describe("`next` of the page before"),
      limit: z.coerce.number().int().min(1).max(1000).optional(),
      hidden: z.enum(["true", "false"]).default("false"),
    }),
    answer: json(200, z.object({ items: z.array(entry), next: z.string().nullable() })),
    failures: ["unauthenticated", "forbidden", "not_found", "too_large"],
  },
  openHomeFile: {
    ...read,
    method: "get",
    path: "/home/files/{path}",
    summary: "A file's bytes. `Range` is answered; `ETag` is the file's stamp.",
    params: filePath,
    answer: { status: 200, type: "application/octet-stream", schema: z.string() },
    failures: ["unauthenticated", "forbidden", "not_found", "conflict", "unavailable"],
  },
  writeHomeFile: {
    ...write,
    method: "put",
    path: "/home/files/{path}",
    summary:
      "Makes or replaces a file by the body, of at most 64 MB; larger ones are uploads. With `If-Match` only over the file of that stamp, with `If-None-Match: *` only where there is none.",
    params: filePath,
    answer: json(200, entry),
    failures: ["unauthenticated", "forbidden", "not_found", "conflict", "too_large", "unavailable"],
  },
  changeHomeFile: {
    ...write,
    method: "post",
    path: "/home/files/{path}",
    summary: "Makes a folder, or moves what is there to another path. Nothing is replaced.",
    params: filePath,
    body: z.discriminatedUnion("action", [z.object({ action: z.literal("make-folder") }), z.object({ action: z.literal("move"), to: path.min(1) })]),
    answer: json(201, entry),
    failures: ["unauthenticated", "forbidden", "not_found", "conflict", "unavailable"],
  },
  trashHomeEntry: {
    ...write,
    method: "delete",
    path: "/home/files/{path}",
    summary: "Moves a file or folder into the trash.",
    params: filePath,
    answer: json(200, trashed),
    failures: ["unauthenticated", "forbidden", "not_found", "unavailable"],
  },
  archiveHomeFolder: {
    ...read,
    method: "get",
    path: "/home/archive",
    summary:
      "A folder with all that lies below it, as a zip archive; without `folder` the whole home. Links are not followed. Names that other systems could not hold are changed, and what could not be taken along is listed in `NOT INCLUDED.txt`.",
    query: z.object({ folder: path.default("") }),
    answer: { status: 200, type: "application/zip", schema: z.string() },
    failures: ["unauthenticated", "forbidden", "not_found", "conflict", "too_large", "too_many", "unavailable"],
  },
  beginHomeUpload: {
    ...write,
    method: "post",
    path: "/home/uploads",
    summary: "Begins a file that comes in pieces. Nothing stands at its path until it is finished.",
    body: z.object({ path: path.min(1), totalBytes: z.int().min(0) }),
    answer: json(201, upload),
    failures: ["unauthenticated", "forbidden", "not_found", "too_large", "too_many", "unavailable"],
  },
  findHomeUpload: {
    ...write,
    method: "get",
    path: "/home/uploads/{id}",
    summary: "How much of an upload has arrived; ask after a cut and go on from there.",
    params: uploadId,
    answer: json(200, upload),
    failures: ["unauthenticated", "forbidden", "not_found"],
  },
  appendHomeUpload: {
    ...write,
    method: "put",
    path: "/home/uploads/{id}",
    summary: "The next piece, as the body, of at most 64 MB. What arrived before a cut stays.",
    params: uploadId,
    query: z.object({ offset: z.coerce.number().int().min(0).describe("Where the piece begins: what `receivedBytes` said last") }),
    answer: json(200, upload),
    failures: ["unauthenticated", "forbidden", "not_found", "conflict", "too_large", "unavailable"],
  },
  finishHomeUpload: {
    ...write,
    method: "post",
    path: "/home/uploads/{id}",
    summary: "Puts a complete upload at its path. What was there lies in the trash then.",
    params: uploadId,
    answer: json(200, entry),
    failures: ["unauthenticated", "forbidden", "not_found", "conflict", "unavailable"],
  },
  abandonHomeUpload: {
    ...write,
    method: "delete",
    path: "/home/uploads/{id}",
    summary: "Drops an upload.",
    params: uploadId,
    answer: { status: 204 },
    failures: ["unauthenticated", "forbidden"],
  },
  listHomeTrash: {
    ...read,
    method: "get",
    path: "/home/trash",
    summary: "What lies in the trash, the latest first.",
    answer: json(200, z.object({ items: z.array(trashed) })),
    failures: ["unauthenticated", "forbidden"],
  },
  emptyHomeTrash: {
    ...write,
    method: "delete",
    path: "/home/trash",
    summary: "Removes everything in the trash for good.",
    answer: { status: 204 },
    failures: ["unauthenticated", "forbidden"],
  },
  restoreHomeEntry: {
    ...write,
    method: "post",
    path: "/home/trash/{id}",
    summary: "Puts something back where it was, or beside what is there now.",
    params: trashId,
    answer: json(200, entry),
    failures: ["unauthenticated", "forbidden", "not_found", "conflict", "unavailable"],
  },
  removeTrashedEntry: {
    ...write,
    method: "delete",
    path: "/home/trash/{id}",
    summary: "Removes one thing in the trash for good.",
    params: trashId,
    answer: { status: 204 },
    failures: ["unauthenticated", "forbidden"],
  },
  showHomeUsage: {
    ...read,
    method: "get",
    path: "/home/usage",
    summary: "How much room one's home takes, and how much there is. The trash counts.",
    answer: json(200, usage),
    failures: ["unauthenticated", "forbidden"],
  },
} as const satisfies Record<string, Operation>;
