import type { RunId, VersionId, WorksheetId } from "#lib/domain/ids.ts";
import type { CompiledWorksheet, Problem } from "#lib/domain/worksheet.ts";
import { can } from "#lib/policy.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import { slugOf } from "#lib/slug.ts";
import { placeOf } from "#lib/worksheet/problems.ts";
import { defaultValues } from "#lib/worksheet/values.ts";
import type { Context } from "#server/context.ts";
import { newId, randomText } from "#server/ids.ts";
import type { Project } from "#server/ports/store.ts";
import { cacheKey } from "./cache-key.ts";
import { compileFile, maxNotebookBytes } from "./compile-file.ts";
import { findProjectFor, noProject } from "./find-project.ts";
import { presentEnvironment } from "./present-environment.ts";

export type PublishWorksheet = {
  readonly projectId: string;
  readonly notebookPath: string;
  readonly official?: boolean;
  readonly tags?: readonly string[];
  readonly summary?: string;
  readonly dataSources?: string;
  /** Who is named on the card; the project's owner where it is not given. */
  readonly authorName?: string;
};

export type Published = {
  readonly worksheetId: WorksheetId;
  readonly slug: string;
  readonly versionId: VersionId;
  readonly runId: RunId;
  readonly problems: readonly Problem[];
};

export type PublishAttempt = { readonly kind: "problems"; readonly problems: readonly Problem[] } | ({ readonly kind: "published" } & Published);

/** Compiles a notebook at the newest version and queues the run whose result the worksheet will show. */
export async function publishWorksheet(ctx: Context, input: PublishWorksheet): Promise<Result<Published>> {
  const attempt = await tryPublishing(ctx, input);
  if (!attempt.ok) return attempt;
  if (attempt.value.kind === "published") return ok(attempt.value);
  const errors = attempt.value.problems.filter((problem) => problem.severity === "error");
  const fields = Object.fromEntries(errors.map((problem) => [placeOf(problem), problem.message]));
  const [first] = errors;
  return fail("invalid", first ? `${placeOf(first)}: ${first.message}` : "This notebook cannot be a worksheet.", { fields });
}

/** The same, for authors who want to see what stands in the way, each thing at its place. */
export async function tryPublishing(ctx: Context, input: PublishWorksheet): Promise<Result<PublishAttempt>> {
  const found = await findProjectFor(ctx, input.projectId, "worksheet:publish");
  if (!found.ok) return found;
  const project = found.value;
  if (input.official && !can(ctx.actor, "worksheet:curate", null)) return fail("forbidden", "Only administrators make a worksheet official.");
  const commit = await ctx.forge.resolve(project.repositoryId, "main");
  if (!commit.ok) return commit.failure.code === "not_found" ? fail("conflict", "Save a version first: there is nothing to publish yet.") : commit;
  const content = await ctx.forge.readFile(project.repositoryId, commit.value, input.notebookPath, maxNotebookBytes);
  if (!content.ok) return content;
  const compiled = compileFile(content.value, input.notebookPath);
  if (!compiled.worksheet) return ok({ kind: "problems", problems: compiled.problems });
  const chosen = await presentEnvironment(ctx, project, commit.value, { records: true });
  if (!chosen.ok) return chosen;
  const problems = [...compiled.problems, ...chosen.value.problems];
  const worksheet = { ...compiled.worksheet, ...(input.summary === undefined ? {} : { description: input.summary }) };
  const version = { id: newId("version"), commit: commit.value, notebookPath: input.notebookPath, compiled: worksheet, problems, ...chosen.value.environment };
  const stored = await storeVersion(ctx, project, input, version);
  return stored.ok ? ok({ kind: "published", ...stored.value, versionId: version.id, problems }) : stored;
}

type NewVersion = { readonly id: VersionId; readonly compiled: CompiledWorksheet; readonly problems: readonly Problem[] } & Pick<
  Parameters<Context["store"]["insertVersion"]>[0],
  "commit" | "notebookPath" | "environmentName" | "environmentDigest" | "environmentBuildId"
>;

async function storeVersion(
  ctx: Context,
  seen: Project,
  input: PublishWorksheet,
  version: NewVersion,
): Promise<Result<Pick<Published, "worksheetId" | "slug" | "runId">>> {
  const { compiled } = version;
  const owner = input.authorName === undefined ? await ctx.store.findUser(seen.ownerId) : null;
  const runId = newId("run");
  const values = defaultValues(compiled.parameters);
  return ctx.store.transaction(async (tx) => {
    // It may have become private, or gone to the trash, while the notebook was read.
    const project = await tx.holdProject(seen.id);
    if (!project) return noProject;
    const wished = worksheetSlug(compiled.title, input.notebookPath);
    const taken = await tx.isWorksheetSlugTaken(wished, project.id, input.notebookPath);
    const worksheet = await tx.upsertWorksheet({
      id: newId("worksheet"),
      slug: taken ? `${wished}-${randomText(5)}` : wished,
      projectId: project.id,
      notebookPath: input.notebookPath,
      title: compiled.title,
      summary: compiled.description,
      areaSlug: project.areaSlug,
      ...(input.tags === undefined ? {} : { tags: [...input.tags] }),
      language: compiled.language,
      visibility: project.visibility,
      official: input.official ?? project.official,
      authorName: input.authorName ?? owner?.displayName ?? "",
      ...(input.dataSources === undefined ? {} : { dataSources: input.dataSources }),
      searchText: compiled.searchText,
    });
    await tx.insertVersion({ ...version, worksheetId: worksheet.id });
    const key = cacheKey({ commit: version.commit, notebookPath: version.notebookPath, environmentDigest: version.environmentDigest, values, inputs: {} });
    await tx.insertRun({ id: runId, worksheetId: worksheet.id, versionId: version.id, purpose: "publish", values, cacheKey: key, queueKey: "publish" });
    await tx.notify("run_queued", runId);
    return ok({ worksheetId: worksheet.id, slug: worksheet.slug, runId });
  });
}

function worksheetSlug(title: string, notebookPath: string): string {
  return slugOf(title) || slugOf((notebookPath.split("/").at(-1) ?? "").replace(/\.ipynb$/i, "")) || "worksheet";
}
