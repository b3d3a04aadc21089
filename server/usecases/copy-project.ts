import { setTimeout as sleep } from "node:timers/promises";
import type { MadeProject } from "#lib/domain/project.ts";
import { can } from "#lib/policy.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { newId } from "#server/ids.ts";
import { findProjectFor, type ReadyProject } from "./find-project.ts";
import { type Maker, mayMake, wordsProblem } from "./make-checks.ts";
import { type Making, makeProject, type NewProject } from "./make-project.ts";

export type CopyProject = {
  readonly projectId: string;
  readonly title?: string | undefined;
  /** "public": an administrator's copy that belongs to nobody in particular. */
  readonly into?: "mine" | "public" | undefined;
};

const askAgainMs = 100;

/** Makes a project of one's own from one that one may read, with all its versions. */
export async function copyProject(ctx: Context, input: CopyProject): Promise<Result<MadeProject>> {
  const found = await findProjectFor(ctx, input.projectId, "project:read");
  if (!found.ok) return found;
  const source = found.value;
  const owner = input.into === "public" ? await publicOwner(ctx, source) : await mayMake(ctx);
  if (!owner.ok) return owner;
  const problem = wordsProblem({ title: input.title });
  if (problem) return problem;
  const head = await ctx.forge.resolve(source.repositoryId, "main");
  // Where there is no version yet, there is nothing to be in step with.
  if (!head.ok && head.failure.code !== "not_found") return head;
  const row: NewProject = {
    owner: owner.value,
    title: input.title?.trim() ?? (source.ownerId === owner.value.id ? `${source.title} (copy)`.slice(0, 200) : source.title),
    type: source.type,
    visibility: input.into === "public" ? "public" : "private",
    description: source.description,
    areaSlug: source.areaSlug,
    keepOutputs: source.keepOutputs,
    upstream: { id: source.id, commit: head.ok ? head.value : null },
  };
  return makeProject(ctx, row, (making) => fork(ctx, source, owner.value, making));
}

async function fork(ctx: Context, source: ReadyProject, owner: Maker, making: Making): Promise<Result<object>> {
  making.report("Copying the files", null);
  const repository = await ctx.forge.fork(source.repositoryId, `${owner.username}/${making.projectId}`);
  if (!repository.ok) return repository;
  await making.keepRepository(repository.value);
  for (;;) {
    const state = await ctx.forge.stateOf(repository.value);
    if (!state.ok) return state;
    if (state.value === "failed") return fail("unavailable", "The files could not be copied. Try again.");
    if (state.value === "ready") break;
    if (making.signal.aborted) return fail("conflict", "This copy was taken back.");
    await sleep(askAgainMs);
  }
  // Somebody may have saved a version between our look and the copy.
  const head = await ctx.forge.resolve(repository.value, "main");
  return ok(head.ok ? { upstreamCommit: head.value } : {});
}

/** The user whom public copies belong to; nobody signs in as it. */
async function publicOwner(ctx: Context, source: ReadyProject): Promise<Result<Maker>> {
  if (!can(ctx.actor, "project:curate", null)) return fail("forbidden", "Only administrators copy a project under the public user.");
  if (source.visibility !== "public") return fail("conflict", "Only public projects are copied under the public user.");
  const known = await ctx.store.findUserByName("public");
  if (known) return ok(known);
  const user = { id: newId("user"), username: "public", displayName: "Public", email: null, passwordHash: null, level: "author" as const };
  const made = (await ctx.store.insertUser(user)) ?? (await ctx.store.findUserByName("public"));
  if (!made) throw new Error("The public user could not be made.");
  return ok(made);
}
