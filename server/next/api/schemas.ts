import { z } from "zod";
import type { MeView } from "#lib/domain/me.ts";
import { levels, tokenScopes } from "#lib/domain/person.ts";
import { runStates } from "#lib/domain/run.ts";
import { type AreaView, languages, type RunCard, type RunView, type WorksheetCard } from "#lib/domain/worksheet.ts";

/** What the API answers, for the document and for the test that holds the routes to it. Additions are allowed, removals are not. */
const instant = z.iso.datetime().describe("ISO 8601, UTC");
const reference = z.object({ slug: z.string(), title: z.string() });
const size = z.object({ width: z.int(), height: z.int() });

export const worksheetCard = z
  .object({
    id: z.string(),
    slug: z.string(),
    title: z.string(),
    summary: z.string(),
    area: reference,
    tags: z.array(z.string()),
    author: z.string(),
    project: reference,
    language: z.enum(languages),
    official: z.boolean(),
    thumbnail: size.extend({ url: z.string(), alt: z.string() }).nullable(),
    resultAt: instant.nullable(),
    publishedAt: instant,
  })
  .meta({ id: "WorksheetCard" });

export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), next: z.string().nullable().describe("Cursor of the next page; null at the end") });

export const worksheet = worksheetCard
  .extend({
    parameters: z.record(z.string(), z.unknown()).describe("JSON Schema (2020-12) of the values, defaults included"),
    commit: z.string(),
    notebookPath: z.string(),
    environment: z.object({ name: z.string(), digest: z.string() }),
    dataSources: z.string().nullable(),
    usualDurationMs: z.number().nullable(),
    result: z.object({ id: z.string(), finishedAt: instant.nullable() }).nullable().describe("The run of the published result; GET runs/{id} shows it"),
    problems: z
      .array(z.object({ severity: z.enum(["error", "warning"]), cell: z.int().nullable(), line: z.int().nullable(), message: z.string() }))
      .describe("What of the notebook could not be read; empty for all who may not write its project. `cell` counts from 0, `line` from 1"),
  })
  .meta({ id: "Worksheet" });

export const area = z.object({ slug: z.string(), title: z.string(), description: z.string(), worksheets: z.int() }).meta({ id: "Area" });

const state = z.enum(runStates);
const values = z.record(z.string(), z.unknown()).describe("Parameter name → value");
const file = z.object({ path: z.string(), bytes: z.int() });
const output = z
  .looseObject({ output_type: z.enum(["stream", "display_data", "execute_result", "error"]) })
  .meta({ id: "Output", description: "A notebook output, nbformat 4" });
const cell = z
  .object({ index: z.int(), outputs: z.array(output), executionCount: z.int().nullable(), durationMs: z.number().nullable() })
  .meta({ id: "CellResult" });
const runError = z.object({ kind: z.string(), message: z.string(), cell: z.int().optional(), name: z.string().optional() });
const worksheetReference = z.object({ id: z.string(), slug: z.string(), title: z.string() });

const record = z
  .object({
    worksheet: worksheetReference,
    commit: z.string(),
    notebookPath: z.string(),
    environment: z.object({ name: z.string(), digest: z.string() }),
    values,
    inputs: z.record(z.string(), z.string()),
    outputsDigest: z.string(),
    who: z.string().nullable(),
    queuedAt: instant,
    startedAt: instant.nullable(),
    finishedAt: instant,
    durationMs: z.object({ queued: z.number(), kernel: z.number(), cells: z.number() }),
    peakMemoryBytes: z.number().nullable(),
    files: z.array(file),
  })
  .meta({ id: "RunRecord" });

export const run = z
  .object({
    id: z.string(),
    state,
    worksheet: worksheetReference,
    values,
    changed: z.array(z.string()),
    cells: z.array(cell),
    error: runError.nullable(),
    queuedAt: instant,
    finishedAt: instant.nullable(),
    cachedFrom: z.object({ id: z.string(), finishedAt: instant }).nullable(),
    record: record.nullable(),
    lastEvent: z.int(),
    owner: z.enum(["you", "visitor", "someone", "published"]),
    shared: z.boolean(),
    expiresAt: instant.nullable(),
  })
  .meta({ id: "Run" });

export const runCard = z
  .object({
    id: z.string(),
    state,
    worksheet: worksheetReference,
    values,
    changed: z.array(z.string()),
    queuedAt: instant,
    finishedAt: instant.nullable(),
    shared: z.boolean(),
    files: z.array(file),
  })
  .meta({ id: "RunCard" });

export const startedRun = z
  .object({
    id: z.string(),
    state,
    url: z.url(),
    claimUrl: z.url().nullable().describe("For visitors: opens the door to owning the run; told once"),
    cached: z.boolean(),
  })
  .meta({ id: "StartedRun" });

export const cancelledRun = z.object({ id: z.string(), state });
export const sharedRun = z.object({ id: z.string(), shared: z.boolean(), url: z.url() });
export const claimedRun = z.object({ id: z.string() });
export const upload = z.object({ id: z.string(), name: z.string(), bytes: z.int(), digest: z.string() }).meta({ id: "Upload" });

export const me = z
  .object({
    person: z.object({ username: z.string(), displayName: z.string(), level: z.enum(levels) }).nullable(),
    running: z.int(),
    home: z.object({ usedBytes: z.number(), limitBytes: z.number() }).nullable(),
    mayRun: z.object({ allowed: z.boolean(), reason: z.string().nullable() }),
    registration: z.enum(["open", "closed"]),
    visitorDays: z.int(),
  })
  .meta({ id: "Me" });

export const token = z
  .object({ id: z.string(), name: z.string(), scopes: z.array(z.enum(tokenScopes)), createdAt: instant, expiresAt: instant, usedAt: instant.nullable() })
  .meta({ id: "Token" });
export const newToken = token.extend({ token: z.string().describe("Shown this once") }).meta({ id: "NewToken" });

export const session = z
  .object({ id: z.string(), userAgent: z.string().nullable(), createdAt: instant, seenAt: instant, current: z.boolean() })
  .meta({ id: "Session" });

export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string(),
    requestId: z.string(),
    fields: z.record(z.string(), z.string()).optional(),
  })
  .meta({ id: "Problem", description: "RFC 9457" });

type Same<Domain, Schema extends z.ZodType> = Domain extends z.input<Schema> ? true : never;
/** Fails to compile where what the use-cases answer is not what the document says. */
({ card: true, area: true, me: true, runCard: true, run: true }) satisfies {
  card: Same<Mutable<WorksheetCard>, typeof worksheetCard>;
  area: Same<AreaView, typeof area>;
  me: Same<MeView, typeof me>;
  runCard: Same<Mutable<RunCard>, typeof runCard>;
  run: Same<Mutable<RunView>, typeof run>;
};
type Mutable<T> = T extends readonly (infer I)[] ? Mutable<I>[] : T extends object ? { -readonly [K in keyof T]: Mutable<T[K]> } : T;
