import type { BlobId, CommitId } from "#lib/domain/ids.ts";
import type { ProjectWorksheet } from "#lib/domain/project.ts";
import { ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import type { Publication } from "#server/ports/store.ts";
import { compileFile, maxNotebookBytes } from "./compile-file.ts";
import { findProjectFor } from "./find-project.ts";
import { createMemory } from "./remember.ts";
import { newestOf, treeOf } from "./version-lookup.ts";

/** More are no help to anybody; a project of thousands must not cost minutes. */
const maxNotebooks = 200;

type Draft = Pick<ProjectWorksheet, "title" | "language" | "parameters" | "problems">;

/** A notebook of this content is always the same worksheet. */
const drafts = createMemory<Draft>(5000);

/** Every notebook of the newest version, for its authors: which are published, which are not, and what stands in the way. */
export async function listProjectWorksheets(ctx: Context, input: { projectId: string }): Promise<Result<readonly ProjectWorksheet[]>> {
  const found = await findProjectFor(ctx, input.projectId, "project:write");
  if (!found.ok) return found;
  const { id, repositoryId } = found.value;
  const newest = await newestOf(ctx, repositoryId);
  if (!newest.ok) return newest;
  const { value: commit } = newest;
  const tree = await treeOf(ctx, repositoryId, commit);
  if (!tree.ok) return tree;
  const published = new Map((await ctx.store.listPublications(id)).map((one) => [one.notebookPath, one]));
  const notebooks = [...tree.value.values()].filter((file) => /\.ipynb$/i.test(file.path) && (file.kind === "file" || file.kind === "executable"));
  const listed: ProjectWorksheet[] = [];
  for (const { path, blob } of notebooks.slice(0, maxNotebooks)) {
    const draft = await readDraft(ctx, repositoryId, commit as CommitId, path, blob);
    const publication = published.get(path) ?? null;
    published.delete(path);
    const shownBlob = publication?.shownCommit ? await treeOf(ctx, repositoryId, publication.shownCommit) : null;
    const newer = shownBlob?.ok === true && shownBlob.value.get(path)?.blob !== blob;
    listed.push({ path, ...draft, ...stateOf(publication), newer });
  }
  // Published once, and gone from the newest version.
  for (const one of published.values())
    if (one.currentVersionId !== null)
      listed.push({ path: one.notebookPath, title: one.title, language: one.language, parameters: 0, problems: [gone], ...stateOf(one), newer: true });
  return ok(listed);
}

const gone = { severity: "error", cell: null, line: null, message: "The newest version has no such notebook." } as const;

async function readDraft(ctx: Context, repository: Parameters<Context["forge"]["readFile"]>[0], commit: CommitId, path: string, blob: BlobId): Promise<Draft> {
  const key = `${blob} ${path}`;
  const known = drafts.get(key);
  if (known) return known;
  const content = await ctx.forge.readFile(repository, commit, path, maxNotebookBytes);
  const name = path.split("/").at(-1) ?? path;
  if (!content.ok) {
    const problem = { severity: "error", cell: null, line: null, message: content.failure.message } as const;
    return { title: name, language: null, parameters: 0, problems: [problem] };
  }
  const { worksheet, problems } = compileFile(content.value, path);
  const draft = { title: worksheet?.title ?? name, language: worksheet?.language ?? null, parameters: worksheet?.parameters.length ?? 0, problems };
  drafts.set(key, draft);
  return draft;
}

function stateOf(one: Publication | null): Pick<ProjectWorksheet, "state" | "worksheet" | "runId" | "failure"> {
  if (!one?.runState || !one.runId) return { state: "never", worksheet: null, runId: null, failure: null };
  const open = ["queued", "starting", "running"].includes(one.runState);
  const shown = one.unpublishedAt === null && one.currentVersionId !== null;
  const worksheet = { id: one.id, slug: one.slug, shown };
  if (one.unpublishedAt !== null) return { state: "unpublished", worksheet, runId: null, failure: null };
  if (open) return { state: "publishing", worksheet, runId: one.runId, failure: null };
  if (one.runState === "done") return { state: shown ? "published" : "publishing", worksheet, runId: shown ? null : one.runId, failure: null };
  const failure = { cell: one.runError?.cell ?? null, message: one.runError?.message ?? "The run that computes its first result was stopped." };
  return { state: "failed", worksheet, runId: one.runId, failure };
}
