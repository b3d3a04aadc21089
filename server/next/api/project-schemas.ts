import { z } from "zod";
import type { MadeProject, OfficialRequestView, OwnProject, ProjectView, ProjectWorksheet, PublishOutcome, StartedPreview } from "#lib/domain/project.ts";
import { projectTemplates } from "#lib/domain/project.ts";
import { languages, type ProjectCard, projectTypes, visibilities } from "#lib/domain/worksheet.ts";
import { pageOf, worksheetCard } from "./schemas.ts";

const instant = z.iso.datetime().describe("ISO 8601, UTC");
const states = z.enum(["creating", "ready", "trashed", "failed"]);
const progress = z.object({ phase: z.string(), percent: z.number().nullable(), startedAt: instant }).nullable();
const type = z.enum(projectTypes).describe("How it opens");
const visibility = z.enum(visibilities);

export const located = z.object({ severity: z.enum(["error", "warning"]), cell: z.int().nullable(), line: z.int().nullable(), message: z.string() }).meta({
  id: "LocatedProblem",
  description: "`cell` counts from 0, `line` from 1",
});

export const projectCard = z
  .object({ id: z.string(), slug: z.string(), title: z.string(), description: z.string(), official: z.boolean(), worksheets: z.int() })
  .meta({ id: "ProjectCard" });

export const ownProject = z
  .object({
    id: z.string(),
    slug: z.string(),
    title: z.string(),
    type,
    visibility,
    official: z.boolean(),
    worksheets: z.int(),
    updatedAt: instant,
    state: states,
    progress,
    problem: z.string().nullable(),
    restorableUntil: instant.nullable(),
  })
  .meta({ id: "OwnProject" });

export const madeProject = ownProject
  .pick({ id: true, slug: true, title: true, state: true, progress: true, problem: true })
  .extend({ url: z.url() })
  .meta({ id: "MadeProject", description: "While `state` is creating, ask for the project again: it says how far it is" });

const version = z.object({ commit: z.string(), number: z.int(), message: z.string(), author: z.string(), at: instant }).nullable();
const related = z.object({ slug: z.string(), title: z.string(), owner: z.string() });

export const project = z
  .object({
    id: z.string(),
    slug: z.string().describe("The address of now: a project is found by former ones too"),
    title: z.string(),
    description: z.string(),
    type,
    visibility,
    official: z.boolean(),
    area: z.object({ slug: z.string(), title: z.string() }),
    owner: z.object({ username: z.string(), displayName: z.string() }),
    createdAt: instant,
    updatedAt: instant,
    state: states,
    progress,
    problem: z.string().nullable().describe("Why making it failed"),
    restorableUntil: instant.nullable(),
    keepOutputs: z.boolean(),
    version,
    readmeHtml: z.string().nullable(),
    worksheets: pageOf(worksheetCard),
    upstream: related.extend({ newer: z.boolean() }).nullable(),
    copies: z.object({ count: z.int(), shown: z.array(related) }),
    may: z.object({ write: z.boolean(), administer: z.boolean(), copy: z.boolean(), curate: z.boolean() }),
  })
  .meta({ id: "Project" });

export const projectWorksheet = z
  .object({
    path: z.string(),
    title: z.string(),
    language: z.enum(languages).nullable(),
    parameters: z.int(),
    state: z.enum(["never", "publishing", "published", "failed", "unpublished"]),
    worksheet: z.object({ id: z.string(), slug: z.string(), shown: z.boolean() }).nullable(),
    runId: z.string().nullable(),
    failure: z.object({ cell: z.int().nullable(), message: z.string() }).nullable(),
    newer: z.boolean(),
    problems: z.array(located),
  })
  .meta({ id: "ProjectWorksheet" });

export const publicationProblems = z.object({ kind: z.literal("problems"), problems: z.array(located) }).meta({ id: "PublicationProblems" });
export const publication = z
  .object({ kind: z.literal("published"), worksheetId: z.string(), slug: z.string(), runId: z.string(), problems: z.array(located) })
  .meta({ id: "Publication", description: "The page shows it when the run is done" });

export const startedPreview = z.object({ runId: z.string(), problems: z.array(located) }).meta({ id: "StartedPreview" });

export const parameters = z
  .object({
    path: z.string(),
    stamp: z.string().describe("Says which state of the notebook this is"),
    title: z.string(),
    language: z.enum(languages),
    cells: z.array(z.object({ index: z.int(), kind: z.enum(["code", "markdown"]), source: z.string(), isParameters: z.boolean() })),
    suggestions: z.array(
      z.object({
        name: z.string(),
        cell: z.int(),
        line: z.int(),
        literal: z.string(),
        type: z.string(),
        comment: z.string().nullable(),
        marked: z.boolean(),
        caution: z.string().nullable(),
      }),
    ),
    parameters: z.array(z.looseObject({ name: z.string(), type: z.string(), label: z.string() })),
    described: z.record(z.string(), z.looseObject({})),
    display: z.array(z.looseObject({ kind: z.enum(["markdown", "code"]), index: z.int() })).describe("What a reader would see of it"),
    problems: z.array(located),
  })
  .meta({ id: "Parameters" });

export const officialRequest = z
  .object({
    id: z.string(),
    project: z.object({ id: z.string(), slug: z.string(), title: z.string(), owner: z.string(), worksheets: z.int() }),
    requestedBy: z.string(),
    note: z.string(),
    state: z.enum(["open", "accepted", "declined", "withdrawn"]),
    answer: z.string(),
    requestedAt: instant,
    decidedAt: instant.nullable(),
  })
  .meta({ id: "OfficialRequest" });

const title = z.string().trim().max(1000);
const description = z.string().max(10_000).optional();
const areaSlug = z.string().max(100).optional().describe("Slug of an area; without one the general one");

export const createProjectBody = z.object({
  title,
  type: z.enum(projectTypes).default("worksheet"),
  visibility: z.enum(visibilities).default("private"),
  description,
  areaSlug,
  template: z.enum(["blank", ...projectTemplates]).default("blank"),
  slug: z.string().max(200).optional().describe("Without one it is made of the title"),
});

/** What stands beside files, or in an import by address. */
export const importFields = z.object({
  title: title.optional().transform((text) => (text === "" ? undefined : text)),
  type: z.enum(projectTypes).optional(),
  visibility: z.enum(visibilities).optional(),
  description,
  areaSlug: z
    .string()
    .max(100)
    .optional()
    .transform((slug) => (slug === "" ? undefined : slug)),
});
export const importAddressBody = importFields.extend({
  url: z.string().max(2000).describe("https://… of a git repository"),
  credentials: z
    .object({ username: z.string().max(200), password: z.string().max(2000) })
    .optional()
    .describe("Kept in memory while the import goes on"),
});

export const updateProjectBody = z.object({
  title: title.optional(),
  slug: z.string().max(200).optional().describe("Links to the old one go on"),
  type: z.enum(projectTypes).optional(),
  areaSlug: z.string().max(100).optional(),
  description,
  visibility: z.enum(visibilities).optional(),
  keepOutputs: z.boolean().optional().describe("Whether versions keep the outputs of notebooks"),
});

type Same<Domain, Schema extends z.ZodType> = Domain extends z.input<Schema> ? true : never;
type Mutable<T> = T extends readonly (infer I)[] ? Mutable<I>[] : T extends object ? { -readonly [K in keyof T]: Mutable<T[K]> } : T;
/** Fails to compile where what the use-cases answer is not what the document says. */
({ own: true, made: true, card: true, project: true, worksheet: true, problems: true, published: true, preview: true, request: true }) satisfies {
  own: Same<OwnProject, typeof ownProject>;
  made: Same<MadeProject, typeof madeProject>;
  card: Same<ProjectCard, typeof projectCard>;
  project: Same<Mutable<ProjectView>, typeof project>;
  worksheet: Same<Mutable<ProjectWorksheet>, typeof projectWorksheet>;
  problems: Same<Mutable<Extract<PublishOutcome, { kind: "problems" }>>, typeof publicationProblems>;
  published: Same<Mutable<Extract<PublishOutcome, { kind: "published" }>>, typeof publication>;
  preview: Same<Mutable<StartedPreview>, typeof startedPreview>;
  request: Same<OfficialRequestView, typeof officialRequest>;
};
