import type { CommitId } from "#lib/domain/ids.ts";
import type { StartedPreview } from "#lib/domain/project.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import { checkValues } from "#lib/worksheet/values.ts";
import type { Context } from "#server/context.ts";
import { newId } from "#server/ids.ts";
import { commitWork } from "./commit-work.ts";
import { compileFile, maxNotebookBytes } from "./compile-file.ts";
import { findProjectFor, type ReadyProject } from "./find-project.ts";
import { askingPerson, findPlace, type Person } from "./hold-working-copy.ts";
import { limitRate } from "./limit-rate.ts";
import { presentEnvironment } from "./present-environment.ts";
import { resolveUploads } from "./resolve-uploads.ts";
import { checkWorkPath } from "./work-path.ts";

export type PreviewWorksheet = { readonly projectId: string; readonly path: string; readonly values?: unknown };

const keepMs = 86_400_000;
const openRuns = 20;

/**
 * Runs a notebook of one's own working copy as a worksheet, as it stands and with these values, on a fresh kernel. Nobody
 * else sees it, it answers for nothing and is gone after a day.
 */
export async function previewWorksheet(ctx: Context, input: PreviewWorksheet): Promise<Result<StartedPreview>> {
  const [found, person] = [await findProjectFor(ctx, input.projectId, "project:write"), await askingPerson(ctx)];
  if (!found.ok) return found;
  if (!person.ok) return person;
  const path = checkWorkPath(input.path);
  if (!path.ok) return path;
  const limited = await limitRate(ctx, "run:user", person.value.id);
  if (!limited.ok) return limited;
  const commit = await commitToTry(ctx, found.value, person.value);
  if (!commit.ok) return commit;
  const content = await ctx.forge.readFile(found.value.repositoryId, commit.value, path.value, maxNotebookBytes);
  if (!content.ok) return content;
  const { worksheet, problems: read } = compileFile(content.value, path.value);
  if (!worksheet) return fail("invalid", read[0].message, { fields: { path: read[0].message } });
  const checked = checkValues(worksheet.parameters, input.values ?? {}, { language: worksheet.language });
  if (!checked.ok) return checked;
  const resolved = await resolveUploads(ctx, worksheet.parameters, checked.value);
  if (!resolved.ok) return resolved;
  const chosen = await presentEnvironment(ctx, found.value, commit.value, { records: false });
  if (!chosen.ok) return chosen;
  const problems = [...read, ...chosen.value.problems];
  const runId = newId("run");
  const version = { id: newId("version"), commit: commit.value, notebookPath: path.value, compiled: worksheet, problems, ...chosen.value.environment };
  return ctx.store.transaction(async (tx) => {
    const queueKey = `user:${person.value.id}`;
    await tx.lockQueue(queueKey);
    if ((await tx.countOpenRuns({ ownerId: person.value.id })) >= openRuns)
      return fail("too_many", `You have ${openRuns} runs going. Wait for one to end, or stop one.`, { retryAfterSeconds: 5 });
    const worksheetId = await tx.ensureUnpublishedWorksheet(unpublished(found.value, path.value, worksheet), ctx.now());
    await tx.insertVersion({ ...version, worksheetId });
    const expiresAt = new Date(ctx.now().getTime() + keepMs);
    // Its own key: a trial is always computed, and never the answer to what others ask.
    const run = { id: runId, worksheetId, versionId: version.id, values: resolved.value.values, cacheKey: `preview:${runId}`, queueKey, queuedAt: ctx.now() };
    await tx.insertRun({ ...run, purpose: "preview", ownerId: person.value.id, expiresAt });
    await tx.notify("run_queued", runId);
    return ok({ runId, problems });
  });
}

/** Where somebody has no files of the project yet, theirs would be those of the newest version. */
async function commitToTry(ctx: Context, project: ReadyProject, person: Person): Promise<Result<CommitId>> {
  const place = await findPlace(ctx, project, person);
  return place && place.row.baseCommit !== null ? commitWork(ctx, place) : ctx.forge.resolve(project.repositoryId, "main");
}

type Compiled = NonNullable<ReturnType<typeof compileFile>["worksheet"]>;

function unpublished(project: ReadyProject, notebookPath: string, compiled: Compiled) {
  return {
    id: newId("worksheet"),
    projectId: project.id,
    notebookPath,
    title: compiled.title,
    summary: compiled.description,
    areaSlug: project.areaSlug,
    language: compiled.language,
    visibility: "private" as const,
    authorName: "",
  };
}
