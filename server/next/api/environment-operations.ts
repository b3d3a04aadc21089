import { z } from "zod";
import { buildPhases, buildStates, type EnvironmentView, environmentKinds } from "#lib/domain/environment.ts";
import type { Operation } from "./operations.ts";

const instant = z.iso.datetime().describe("ISO 8601, UTC");
const projectId = z.object({ id: z.string().min(1).max(200).describe("Id or slug of a project") });

const build = z
  .object({
    id: z.string(),
    state: z.enum(buildStates),
    phase: z.enum(buildPhases),
    queuedAt: instant,
    startedAt: instant.nullable(),
    finishedAt: instant.nullable(),
    usualMs: z.number().nullable().describe("How long one of this kind usually takes; null before the first"),
    error: z.string().nullable(),
    lines: z.number().describe("Lines of its log so far"),
    attempt: z.number().describe("How often it was begun: more than once where the server was interrupted"),
  })
  .meta({ id: "EnvironmentBuild" });

const environment = z
  .object({
    kind: z.enum(environmentKinds).describe("none: the files ask for nothing"),
    folder: z.enum(["", "binder/", ".binder/"]).describe("Where the files stand that count"),
    files: z.array(z.object({ path: z.string(), use: z.enum(["built", "ignored", "refused"]), says: z.string() })),
    problems: z.array(z.object({ severity: z.enum(["error", "warning"]), path: z.string(), line: z.number().nullable(), message: z.string() })),
    unmade: z.string().nullable().describe("Why nothing is made of it"),
    waits: z.boolean().describe("As many as one person may have are waiting already; this one follows"),
    build: build.nullable().describe("Null where the site's own environment is enough, or nothing is made"),
    inLabs: z
      .enum(["site", "project", "asks"])
      .describe("What labs of whoever asks stand on; asks: it came with a copy, and has to be agreed to (see its acceptance)"),
    inUse: z.object({ name: z.string(), digest: z.string(), madeAt: instant }).nullable().describe("What runs stand on now; null: the site's own environment"),
  })
  .meta({ id: "Environment" });

const json = (status: 200 | 202) => ({ status, schema: environment, type: "application/json" }) as const;

/** What projects ask kernels to find installed. */
export const environmentOperations = {
  showEnvironment: {
    method: "get",
    path: "/projects/{id}/environment",
    summary: "What the newest version of a project asks its kernels to find installed, how far it is made, and what runs stand on meanwhile.",
    scope: "worksheets:read",
    params: projectId,
    answer: json(200),
    failures: ["not_found", "unavailable"],
  },
  retryEnvironment: {
    method: "post",
    path: "/projects/{id}/environment",
    summary: "Looks at the newest version again, and has what failed made once more. What is there already stays as it is.",
    scope: "projects:write",
    params: projectId,
    answer: json(202),
    failures: ["forbidden", "not_found", "conflict", "too_many", "unavailable"],
  },
  cancelEnvironment: {
    method: "delete",
    path: "/projects/{id}/environment",
    summary: "Cancels the environment that waits or is being made. It is made when somebody asks for it again; what runs stand on stays as it is.",
    scope: "projects:write",
    params: projectId,
    answer: json(200),
    failures: ["forbidden", "not_found", "conflict", "unavailable"],
  },
  acceptEnvironment: {
    method: "post",
    path: "/projects/{id}/environment/acceptance",
    summary: "Agrees to have the environment that came with a copy in one's own labs, from the next one that is opened.",
    scope: "projects:write",
    params: projectId,
    body: z.object({ digest: z.string().min(1).max(200).describe("Of the environment that was looked at: inUse.digest") }),
    answer: json(200),
    failures: ["unauthenticated", "forbidden", "not_found", "conflict", "unavailable"],
  },
  followEnvironment: {
    method: "get",
    path: "/projects/{id}/environment/events",
    summary:
      "The environment as it is and at every change, with the lines of its build's log, as server-sent events: `view` is as from the operation above, `first` the number of the first of `lines`. For as long as the reader stays.",
    scope: "worksheets:read",
    params: projectId,
    query: z.object({ after: z.coerce.number().int().min(0).optional().describe("The last line of the log that the reader has") }),
    answer: { status: 200, type: "text/event-stream", schema: z.string() },
    failures: ["not_found", "too_many"],
  },
} as const satisfies Record<string, Operation>;

type Mutable<T> = T extends readonly (infer Item)[] ? Mutable<Item>[] : T extends object ? { -readonly [Key in keyof T]: Mutable<T[Key]> } : T;
type Same<Domain, Schema extends z.ZodType> = Mutable<Domain> extends z.input<Schema> ? true : never;
/** Fails to compile where what the use-cases answer is not what the document says. */
({ environment: true }) satisfies { environment: Same<EnvironmentView, typeof environment> };
