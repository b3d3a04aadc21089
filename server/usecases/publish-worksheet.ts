import type { ProjectId, RunId, VersionId, WorksheetId } from "#lib/domain/ids.ts";
import type { CompiledWorksheet, Problem } from "#lib/domain/worksheet.ts";
import { parseNotebook } from "#lib/notebook/parse-notebook.ts";
import { can } from "#lib/policy.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import { compileWorksheet } from "#lib/worksheet/compile.ts";
import { placeOf } from "#lib/worksheet/problems.ts";
import { defaultValues } from "#lib/worksheet/values.ts";
import type { Context } from "#server/context.ts";
import { newId, randomText } from "#server/ids.ts";
import type { Project } from "#server/ports/store.ts";
import { cacheKey } from "./cache-key.ts";

export type PublishWorksheet = {
  readonly projectId: ProjectId;
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

const maxNotebookBytes = 50 * 1024 * 1024;
/** An engine that said so in this time will compute the result. */
const engineSilenceMs = 30_000;

/** Compiles a notebook at the newest commit and queues the run whose result the worksheet will show. */
export async function publishWorksheet(ctx: Context, input: PublishWorksheet): Promise<Result<Published>> {
  const project = await ctx.store.findProject(input.projectId);
  const subject = project && { ownerId: project.ownerId, visibility: project.visibility, groupRole: null, visitorsMayRun: false };
  if (!project || !subject || !can(ctx.actor, "project:read", subject) || project.state !== "ready" || !project.repositoryId)
    return fail("not_found", "No such project.");
  if (!can(ctx.actor, "worksheet:publish", subject)) return fail("forbidden", "Only those who may write this project publish its worksheets.");
  if (input.official && !can(ctx.actor, "worksheet:curate", null)) return fail("forbidden", "Only administrators make a worksheet official.");
  const [engine] = await ctx.store.listEngines(new Date(ctx.now().getTime() - engineSilenceMs));
  if (!engine) return fail("unavailable", "Nothing is there to compute the result at the moment.", { retryAfterSeconds: 10 });
  const commit = await ctx.forge.resolve(project.repositoryId, "main");
  if (!commit.ok) return commit;
  const content = await ctx.forge.readFile(project.repositoryId, commit.value, input.notebookPath, maxNotebookBytes);
  if (!content.ok) return content;
  const compiled = compileText(new TextDecoder().decode(content.value), input.notebookPath);
  if (!compiled.ok) return compiled;
  const { problems } = compiled.value;
  const worksheet = { ...compiled.value.worksheet, ...(input.summary === undefined ? {} : { description: input.summary }) };
  const version = {
    id: newId("version"),
    commit: commit.value,
    notebookPath: input.notebookPath,
    compiled: worksheet,
    problems,
    environmentName: engine.details.environment.name,
    environmentDigest: engine.details.environment.digest,
  };
  const stored = await storeVersion(ctx, project, input, version);
  return ok({ ...stored, versionId: version.id, problems });
}

function compileText(text: string, path: string): Result<{ worksheet: CompiledWorksheet; problems: readonly Problem[] }> {
  const notebook = parseNotebook(text);
  if (!notebook.ok) return notebook;
  const { worksheet, problems } = compileWorksheet(notebook.value, { path });
  if (worksheet) return ok({ worksheet, problems });
  const errors = problems.filter((problem) => problem.severity === "error");
  const fields = Object.fromEntries(errors.map((problem) => [placeOf(problem), problem.message]));
  const [first] = errors;
  return fail("invalid", first ? `${placeOf(first)}: ${first.message}` : "This notebook cannot be a worksheet.", { fields });
}

type NewVersion = { readonly id: VersionId; readonly compiled: CompiledWorksheet; readonly problems: readonly Problem[] } & Pick<
  Parameters<Context["store"]["insertVersion"]>[0],
  "commit" | "notebookPath" | "environmentName" | "environmentDigest"
>;

async function storeVersion(
  ctx: Context,
  project: Project,
  input: PublishWorksheet,
  version: NewVersion,
): Promise<Pick<Published, "worksheetId" | "slug" | "runId">> {
  const { compiled } = version;
  const owner = input.authorName === undefined ? await ctx.store.findUser(project.ownerId) : null;
  const runId = newId("run");
  const values = defaultValues(compiled.parameters);
  return ctx.store.transaction(async (tx) => {
    const wished = slugOf(compiled.title, input.notebookPath);
    const taken = await tx.isWorksheetSlugTaken(wished, project.id, input.notebookPath);
    const worksheet = await tx.upsertWorksheet({
      id: newId("worksheet"),
      slug: taken ? `${wished}-${randomText(5)}` : wished,
      projectId: project.id,
      notebookPath: input.notebookPath,
      title: compiled.title,
      summary: compiled.description,
      areaSlug: project.areaSlug,
      tags: [...(input.tags ?? [])],
      language: compiled.language,
      visibility: project.visibility,
      official: input.official ?? false,
      authorName: input.authorName ?? owner?.displayName ?? "",
      dataSources: input.dataSources ?? null,
      searchText: compiled.searchText,
    });
    await tx.insertVersion({ ...version, worksheetId: worksheet.id });
    const key = cacheKey({ commit: version.commit, notebookPath: version.notebookPath, environmentDigest: version.environmentDigest, values, inputs: {} });
    await tx.insertRun({ id: runId, worksheetId: worksheet.id, versionId: version.id, purpose: "publish", values, cacheKey: key, queueKey: "publish" });
    await tx.notify("run_queued", runId);
    return { worksheetId: worksheet.id, slug: worksheet.slug, runId };
  });
}

function slugOf(title: string, notebookPath: string): string {
  const plain = (text: string): string =>
    text
      .normalize("NFKD")
      .toLowerCase()
      .replace(/\p{M}+/gu, "")
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-+|-+$/g, "")
      .slice(0, 80)
      .replace(/-+$/, "");
  const fileName = notebookPath.split("/").at(-1) ?? "";
  return plain(title) || plain(fileName.replace(/\.ipynb$/i, "")) || "worksheet";
}
