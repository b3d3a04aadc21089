import { setTimeout as sleep } from "node:timers/promises";
import type { CommitId, ProjectId, RepositoryId, UserId } from "#lib/domain/ids.ts";
import type { MadeProject, ProjectProgress } from "#lib/domain/project.ts";
import type { ProjectType, Visibility } from "#lib/domain/worksheet.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import { routes } from "#lib/routes.ts";
import { projectSlugProblem, projectSlugs } from "#lib/slug.ts";
import type { Context } from "#server/context.ts";
import { newId, randomText } from "#server/ids.ts";
import type { Project } from "#server/ports/store.ts";

/** What a project is before anything is in it. */
export type NewProject = {
  readonly owner: { readonly id: UserId; readonly username: string };
  readonly title: string;
  readonly type: ProjectType;
  readonly visibility: Visibility;
  readonly description?: string | undefined;
  readonly areaSlug?: string | undefined;
  /** An address that somebody chose; without one it is made of the title. */
  readonly slug?: string | undefined;
  readonly keepOutputs?: boolean;
  readonly importUrl?: string | undefined;
  readonly upstream?: { readonly id: ProjectId; readonly commit: CommitId | null };
};

export type Making = {
  readonly projectId: ProjectId;
  /** Ends when the project is taken back while it is made. */
  readonly signal: AbortSignal;
  report(phase: string, percent: number | null): void;
  /** Writes the repository down as soon as there is one: a crash then leaves nothing that nobody knows of. */
  keepRepository(id: RepositoryId): Promise<void>;
};
type Made = { readonly upstreamCommit?: CommitId };

const reportEveryMs = 300;
const heartbeatMs = 5000;
/** What is done by then is answered as done. */
export const answerWithinMs = 4000;

/**
 * The row comes first, then the work, which goes on in this process after the answer: progress and a sign of life are
 * written into the row, and what is silent for long was interrupted (see sweep-projects). Answers what there is after a moment.
 */
export async function makeProject(ctx: Context, project: NewProject, work: (making: Making) => Promise<Result<Made>>): Promise<Result<MadeProject>> {
  const row = await insertRow(ctx, project);
  if (!row.ok) return row;
  const { id } = row.value;
  const controller = new AbortController();
  underWay().set(id, controller);
  const done = carryOut(ctx, id, controller, work).finally(() => underWay().delete(id));
  await Promise.race([done, sleep(answerWithinMs, undefined, { ref: false })]);
  return ok(await madeProject(ctx, id, row.value));
}

/** Stops the making of a project, if it goes on in this process. */
export function stopMaking(id: ProjectId): void {
  underWay().get(id)?.abort();
}

async function insertRow(ctx: Context, project: NewProject): Promise<Result<Project & { readonly areaTitle: string }>> {
  const areaSlug = await findArea(ctx, project.areaSlug);
  if (areaSlug === null) return fail("invalid", "No such area.", { fields: { areaSlug: "No such area." } });
  const problem = project.slug === undefined ? null : projectSlugProblem(project.slug);
  if (problem !== null) return fail("invalid", problem, { fields: { slug: problem } });
  const now = ctx.now();
  const common = {
    id: newId("project"),
    ownerId: project.owner.id,
    title: project.title,
    description: project.description ?? "",
    type: project.type,
    areaSlug,
    visibility: project.visibility,
    keepOutputs: project.keepOutputs ?? true,
    importUrl: project.importUrl ?? null,
    seenAt: now,
    createdAt: now,
    updatedAt: now,
    progress: { phase: "Making the project", percent: null, startedAt: now.toISOString() },
    ...(project.upstream ? { upstreamId: project.upstream.id, upstreamCommit: project.upstream.commit } : {}),
  };
  const slugs = project.slug === undefined ? projectSlugs(project.title, project.owner.username, randomText(6)) : [project.slug];
  for (const slug of slugs) {
    const inserted = await ctx.store.transaction((tx) => tx.insertOwnProject({ ...common, slug }));
    const found = inserted ? await ctx.store.findProject(common.id) : null;
    if (found) return ok(found);
  }
  return fail("conflict", "There is a project with this address already.", { fields: { slug: "This address is taken." } });
}

/** The area asked for; without a wish the general one, which is made at the first need. */
async function findArea(ctx: Context, wished: string | undefined): Promise<string | null> {
  if (wished !== undefined) return (await ctx.store.findArea(wished))?.slug ?? null;
  if (!(await ctx.store.findArea(generalArea.slug))) await ctx.store.upsertArea(generalArea);
  return generalArea.slug;
}
const generalArea = { slug: "general", title: "General", description: "Worksheets of every field." };

async function carryOut(ctx: Context, id: ProjectId, controller: AbortController, work: (making: Making) => Promise<Result<Made>>): Promise<void> {
  const progress = createProgress(ctx, id, controller);
  let repositoryId: RepositoryId | null = null;
  const making: Making = {
    projectId: id,
    signal: controller.signal,
    report: progress.report,
    async keepRepository(made) {
      repositoryId = made;
      await ctx.store.setProjectRepository(id, made);
    },
  };
  const outcome = await work(making).catch((error: unknown) => {
    ctx.log.error({ err: error, projectId: id }, "a project was not made");
    return fail("unavailable", "Something went wrong on the server while this was made. Delete it and try again.");
  });
  await progress.stop();
  const kept = await settle(ctx, id, outcome, repositoryId).catch((error: unknown) => {
    // The row stays "creating" and falls silent: the sweeper tells the rest.
    ctx.log.error({ err: error, projectId: id }, "what became of a project could not be written down");
    return true;
  });
  if (!kept && repositoryId !== null) await ctx.forge.deleteRepository(repositoryId);
}

/** Whether the repository stays. */
async function settle(ctx: Context, id: ProjectId, outcome: Result<Made>, repositoryId: RepositoryId | null): Promise<boolean> {
  if (!outcome.ok) {
    await ctx.store.failMaking(id, outcome.failure.message);
    return false;
  }
  if (await ctx.store.finishMaking(id, ctx.now(), outcome.value)) return true;
  // Taken back meanwhile; or found silent and finished by somebody else, whose it is then.
  const project = await ctx.store.findProject(id);
  return project?.state === "ready" && project.repositoryId === repositoryId;
}

function createProgress(ctx: Context, id: ProjectId, controller: AbortController) {
  const startedAt = ctx.now().toISOString();
  let latest: ProjectProgress | null = null;
  let writing: Promise<void> = Promise.resolve();
  let writtenAt = performance.now();
  const write = (): void => {
    const progress = latest;
    latest = null;
    writtenAt = performance.now();
    writing = writing.then(async () => {
      // The row is gone, or told as failed: somebody took it back.
      if (!(await ctx.store.reportMaking(id, progress, ctx.now()))) controller.abort();
    });
    writing = writing.catch((error: unknown) => ctx.log.warn({ err: error, projectId: id }, "progress could not be written"));
  };
  const timer = setInterval(() => {
    const since = performance.now() - writtenAt;
    if (latest !== null || since >= heartbeatMs) write();
  }, reportEveryMs);
  timer.unref();
  return {
    report(phase: string, percent: number | null): void {
      latest = { phase, percent: percent === null ? null : Math.max(0, Math.min(100, Math.round(percent))), startedAt };
    },
    async stop(): Promise<void> {
      clearInterval(timer);
      await writing;
    },
  };
}

async function madeProject(ctx: Context, id: ProjectId, before: Project): Promise<MadeProject> {
  const now = (await ctx.store.findProject(id)) ?? before;
  return {
    id,
    slug: now.slug,
    title: now.title,
    state: now.state === "ready" || now.state === "failed" ? now.state : "creating",
    progress: now.progress,
    problem: now.problem,
    url: `${ctx.config.publicUrl}${routes.project(now.slug)}`,
  };
}

/** Next bundles each route on its own, so that a module may be loaded several times in one process; this key is one. */
const key = Symbol.for("sheaf.projects-under-way");
const place = globalThis as { [key]?: Map<ProjectId, AbortController> };

function underWay(): Map<ProjectId, AbortController> {
  place[key] ??= new Map();
  return place[key];
}
