import type { CommitId, ProjectId, RepositoryId, UserId } from "#lib/domain/ids.ts";
import type { ProjectType, Visibility } from "#lib/domain/worksheet.ts";
import { can } from "#lib/policy.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { newId } from "#server/ids.ts";
import { authorOf } from "./author-of.ts";

export type Owner = { readonly id: UserId; readonly username: string; readonly displayName: string };

export type ImportProject = {
  readonly owner: Owner;
  readonly slug: string;
  readonly title: string;
  readonly description: string;
  readonly type: ProjectType;
  readonly areaSlug: string;
  readonly visibility: Visibility;
  /** Path → content of the first commit. */
  readonly files: ReadonlyMap<string, Uint8Array>;
};

export type ImportedProject = { readonly projectId: ProjectId; readonly repositoryId: RepositoryId; readonly commit: CommitId };

const maxBytes = 500 * 1024 * 1024;

/** Makes a project with a repository of its own from files. */
export async function importProject(ctx: Context, input: ImportProject): Promise<Result<ImportedProject>> {
  const forSelf = ctx.actor.kind === "user" && ctx.actor.userId === input.owner.id;
  if (!can(ctx.actor, "project:create", { groupRole: null, forSelf })) return fail("forbidden", "You cannot make a project here.");
  const problem = inputProblem(input);
  if (problem) return problem;
  if (!(await ctx.store.findArea(input.areaSlug))) return fail("invalid", "No such area.", { fields: { area: "No such area." } });
  const { files: _files, owner, ...row } = input;
  const id = newId("project");
  // Row first: a crash leaves a "creating" row, which the sweeper finishes or undoes.
  if (!(await ctx.store.insertProject({ ...row, id, ownerId: owner.id })))
    return fail("conflict", "There is a project with this address already.", { fields: { slug: "This address is taken." } });
  const filled = await fillRepository(ctx, id, input);
  if (!filled.ok) {
    await ctx.store.deleteUnfinishedProject(id);
    return filled;
  }
  await ctx.store.markProjectReady(id);
  return ok({ projectId: id, ...filled.value });
}

function inputProblem(input: ImportProject): Result<never> | null {
  if (!/^[a-z0-9][a-z0-9-]{0,99}$/.test(input.slug))
    return fail("invalid", "Use lower-case letters, digits and hyphens.", { fields: { slug: "Use lower-case letters, digits and hyphens." } });
  if (input.title.trim() === "") return fail("invalid", "A project needs a title.", { fields: { title: "Give it a title." } });
  if (input.files.size === 0) return fail("invalid", "There are no files.");
  const bytes = [...input.files.values()].reduce((sum, content) => sum + content.byteLength, 0);
  return bytes > maxBytes ? fail("too_large", "The files are larger than 500 MB together.") : null;
}

async function fillRepository(ctx: Context, id: ProjectId, input: ImportProject): Promise<Result<Omit<ImportedProject, "projectId">>> {
  const repository = await ctx.forge.createRepository(`${input.owner.username}/${input.slug}`);
  if (!repository.ok) return repository;
  await ctx.store.setProjectRepository(id, repository.value);
  const committed = await ctx.forge.commit(repository.value, {
    ref: "main",
    parent: null,
    message: `Import ${input.title}\n`,
    author: authorOf(input.owner, ctx.now()),
    changes: input.files,
  });
  if (committed.ok) return ok({ repositoryId: repository.value, commit: committed.value });
  await ctx.forge.deleteRepository(repository.value);
  return committed;
}
