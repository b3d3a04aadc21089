import { setTimeout as sleep } from "node:timers/promises";
import type { CommitId, ProjectId, RepositoryId, RunId } from "#lib/domain/ids.ts";
import { isFinal } from "#lib/domain/run.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { newId } from "#server/ids.ts";
import { authorOf } from "./author-of.ts";
import { importProject, type Owner } from "./import-project.ts";
import { publishWorksheet } from "./publish-worksheet.ts";
import { type Book, readLibrary } from "./read-library.ts";

export type SeedProgress = { readonly phase: "publishing" | "computing"; readonly done: number; readonly of: number; readonly title: string };
export type SeedLibrary = { readonly folder: string; readonly onProgress?: (progress: SeedProgress) => void; readonly timeoutSeconds?: number };
export type SeededLibrary = {
  readonly published: number;
  readonly unchanged: number;
  readonly failed: readonly { readonly title: string; readonly message: string }[];
};

type Waiting = { readonly title: string; readonly runId: RunId };
type BookOutcome = { readonly waiting: readonly Waiting[]; readonly unchanged: number; readonly failed: SeededLibrary["failed"] };

const engineWaitMs = 120_000;
const maxFileBytes = 500 * 1024 * 1024;

/**
 * Brings the demo library into the site, through the same use-cases that a person's project goes through. What did
 * not change is left alone; what changed becomes a new commit and version. Resolves when all results are computed.
 */
export async function seedLibrary(ctx: Context, { folder, onProgress = () => {}, timeoutSeconds = 900 }: SeedLibrary): Promise<Result<SeededLibrary>> {
  const books = await readLibrary(folder);
  if (!books.ok) return books;
  const owner = await libraryOwner(ctx);
  const environment = await awaitEngine(ctx);
  if (environment === null) return fail("unavailable", "No engine reported in time to compute the library's results.");
  const waiting: Waiting[] = [];
  const failed: SeededLibrary["failed"][number][] = [];
  let unchanged = 0;
  for (const [done, book] of books.value.entries()) {
    onProgress({ phase: "publishing", done, of: books.value.length, title: book.title });
    const outcome = await seedBook(ctx, owner, book, environment);
    waiting.push(...outcome.waiting);
    failed.push(...outcome.failed);
    unchanged += outcome.unchanged;
  }
  failed.push(...(await awaitResults(ctx, waiting, timeoutSeconds, onProgress)));
  return ok({ published: waiting.length, unchanged, failed });
}

async function libraryOwner(ctx: Context): Promise<Owner> {
  const known = await ctx.store.findUserByName("sheaf");
  if (known) return known;
  const made = await ctx.store.insertUser({
    id: newId("user"),
    username: "sheaf",
    displayName: "Sheaf library",
    email: null,
    passwordHash: null,
    level: "author",
  });
  const owner = made ?? (await ctx.store.findUserByName("sheaf"));
  if (!owner) throw new Error("The library's own user could not be made.");
  return owner;
}

/** The digest of the environment in which results will be computed; null when no engine came. */
async function awaitEngine(ctx: Context): Promise<string | null> {
  const deadline = performance.now() + engineWaitMs;
  while (performance.now() < deadline) {
    const [engine] = await ctx.store.listEngines(new Date(ctx.now().getTime() - 30_000));
    if (engine) return engine.details.environment.digest;
    await sleep(500);
  }
  return null;
}

async function seedBook(ctx: Context, owner: Owner, book: Book, environment: string): Promise<BookOutcome> {
  await ctx.store.upsertArea(book.area);
  const project = await bringFiles(ctx, owner, book);
  if (!project.ok) return { waiting: [], unchanged: 0, failed: [{ title: book.title, message: project.failure.message }] };
  const outcome = { waiting: [] as Waiting[], unchanged: 0, failed: [] as SeededLibrary["failed"][number][] };
  for (const notebookPath of book.notebooks) {
    const going = await resultOf(ctx, project.value, notebookPath, environment);
    if (going === "shown") outcome.unchanged += 1;
    else if (going) outcome.waiting.push({ title: book.title, runId: going });
    else {
      await ctx.store.updateProject(project.value.projectId, { official: book.official });
      const published = await publishBook(ctx, project.value.projectId, notebookPath, book);
      if (published.ok) outcome.waiting.push({ title: book.title, runId: published.value.runId });
      else outcome.failed.push({ title: book.title, message: `${notebookPath}: ${published.failure.message}` });
    }
  }
  return outcome;
}

function publishBook(ctx: Context, projectId: ProjectId, notebookPath: string, { summary, tags, official, author, dataSources }: Book) {
  return publishWorksheet(ctx, {
    projectId,
    notebookPath,
    official,
    tags,
    authorName: author,
    ...(summary === "" ? {} : { summary }),
    ...(dataSources === undefined ? {} : { dataSources }),
  });
}

type Brought = { readonly projectId: ProjectId; readonly repositoryId: RepositoryId; readonly commit: CommitId };

async function bringFiles(ctx: Context, owner: Owner, book: Book): Promise<Result<Brought>> {
  const project = await ctx.store.findProject(book.slug);
  const description = book.summary;
  if (!project)
    return importProject(ctx, {
      owner,
      slug: book.slug,
      title: book.title,
      description,
      type: "worksheet",
      areaSlug: book.area.slug,
      visibility: "public",
      files: book.files,
    });
  if (project.ownerId !== owner.id || !project.repositoryId) return fail("conflict", "There is another project with this address.");
  await ctx.store.updateProject(project.id, { title: book.title, description, areaSlug: book.area.slug });
  const head = await ctx.forge.resolve(project.repositoryId, "main");
  if (!head.ok) return head;
  const changes = await changesSince(ctx, project.repositoryId, head.value, book.files);
  const brought = { projectId: project.id, repositoryId: project.repositoryId };
  if (changes.size === 0) return ok({ ...brought, commit: head.value });
  const author = authorOf(owner, ctx.now());
  const committed = await ctx.forge.commit(project.repositoryId, { ref: "main", parent: head.value, message: `Update ${book.title}\n`, author, changes });
  return committed.ok ? ok({ ...brought, commit: committed.value }) : committed;
}

async function changesSince(
  ctx: Context,
  repositoryId: RepositoryId,
  commit: CommitId,
  files: ReadonlyMap<string, Uint8Array>,
): Promise<Map<string, Uint8Array | null>> {
  const changes = new Map<string, Uint8Array | null>();
  for (const path of await listAll(ctx, repositoryId, commit, "")) if (!files.has(path)) changes.set(path, null);
  for (const [path, content] of files) {
    const before = await ctx.forge.readFile(repositoryId, commit, path, maxFileBytes);
    if (!before.ok || Buffer.compare(before.value, content) !== 0) changes.set(path, content);
  }
  return changes;
}

async function listAll(ctx: Context, repositoryId: RepositoryId, commit: CommitId, folder: string): Promise<string[]> {
  const paths: string[] = [];
  for (let after: string | null | undefined; after !== null; ) {
    const page = await ctx.forge.listFiles(repositoryId, commit, folder, after === undefined ? {} : { after });
    if (!page.ok) return paths;
    for (const entry of page.value.entries) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      paths.push(...(entry.kind === "folder" ? await listAll(ctx, repositoryId, commit, path) : [path]));
    }
    after = page.value.next;
  }
  return paths;
}

/** "shown": this commit's result is there already; a run: it is being computed; null: it must be published. */
async function resultOf(ctx: Context, { projectId, commit }: Brought, notebookPath: string, environment: string): Promise<"shown" | RunId | null> {
  const version = await ctx.store.findNewestVersion(projectId, notebookPath);
  if (version?.commit !== commit || (version.environmentBuildId === null && version.environmentDigest !== environment)) return null;
  if (version.resultRunId) return "shown";
  return ctx.store.findPublishRun(version.id);
}

async function awaitResults(
  ctx: Context,
  waiting: readonly Waiting[],
  timeoutSeconds: number,
  onProgress: (progress: SeedProgress) => void,
): Promise<SeededLibrary["failed"]> {
  const deadline = performance.now() + timeoutSeconds * 1000;
  const failed: SeededLibrary["failed"][number][] = [];
  for (const [done, { title, runId }] of waiting.entries()) {
    onProgress({ phase: "computing", done, of: waiting.length, title });
    const message = await awaitResult(ctx, runId, deadline);
    if (message !== null) failed.push({ title, message });
  }
  return failed;
}

async function awaitResult(ctx: Context, runId: RunId, deadline: number): Promise<string | null> {
  while (performance.now() < deadline) {
    const run = await ctx.store.findRun(runId);
    const shown = run?.state === "done" && (await ctx.store.findVersion(run.versionId))?.resultRunId === runId;
    if (shown) return null;
    if (!run || (isFinal(run.state) && run.state !== "done")) return run?.error?.message ?? `The run ended as ${run?.state ?? "missing"}.`;
    await sleep(300);
  }
  return "The result was not computed in time.";
}
