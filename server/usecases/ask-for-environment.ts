import type { Environment, EnvironmentsOffer } from "#lib/domain/environment.ts";
import type { CommitId, Digest } from "#lib/domain/ids.ts";
import { detectEnvironment } from "#lib/environment/detect-environment.ts";
import { environmentText } from "#lib/environment/environment-key.ts";
import { fitToWheels } from "#lib/environment/fit-to-wheels.ts";
import { placeInFile } from "#lib/environment/place-in-file.ts";
import type { FileContent, ProjectFile, ReadFile } from "#lib/environment/project-files.ts";
import { noInventory, trimPlan } from "#lib/environment/trim-plan.ts";
import { type fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { digestOf, newId } from "#server/ids.ts";
import { liveEngines } from "#server/live-engines.ts";
import type { EnvironmentBuild } from "#server/ports/store.ts";
import type { ReadyProject } from "./find-project.ts";
import { mayBegin } from "./may-begin-build.ts";
import { readSources } from "./read-sources.ts";

export type AskedEnvironment = {
  readonly asked: Omit<Environment, "plan">;
  /** Why nothing is made of it; null where something is, or nothing has to be. */
  readonly unmade: string | null;
  /** Whether that passes by itself: the person has as many under way as one may have. */
  readonly waits: boolean;
  readonly wanted: EnvironmentBuild | null;
};

/**
 * What the files of one version ask for, with the build of it: begun now, going on, or there already. Asking twice is
 * asking once. Null where no engine has said what it can make. Callers authorise.
 */
export async function askForEnvironment(ctx: Context, project: ReadyProject, commit: CommitId): Promise<Result<AskedEnvironment | null>> {
  const offer = await findOffer(ctx);
  if (!offer) return ok(null);
  const environment = await detectAt(ctx, project, commit, offer);
  if (!environment.ok) return environment;
  const inventory = (await ctx.store.findEnvironmentBase(offer.adapter, offer.base.digest)) ?? noInventory;
  const { plan: whole, ...rest } = environment.value;
  const trimmed = whole && trimPlan(whole, inventory);
  const fitted = trimmed && offer.abilities === "wheels" ? fitToWheels(trimmed, rest.problems) : { plan: trimmed, problems: rest.problems };
  const asked = { ...rest, problems: fitted.problems };
  const wrong = fitted.problems.find(({ severity }) => severity === "error");
  if (wrong) return ok(nothingMade(asked, placeInFile(wrong)));
  if (!fitted.plan) return ok(nothingMade(asked, null));
  if (offer.abilities === "none") return ok(nothingMade(asked, `No environments are made here: ${offer.how}`));
  const key = await keyOf(ctx, project, commit, offer, fitted.plan);
  if (!key.ok) return key.failure.code === "too_large" ? ok(nothingMade(asked, key.failure.message)) : key;
  if (await isOneTooMany(ctx, project, offer.adapter, key.value)) return ok({ ...nothingMade(asked, tooMany(ctx.config.builds.perPerson)), waits: true });
  const build = { id: newId("environmentBuild"), adapter: offer.adapter, key: key.value, kind: asked.kind, plan: fitted.plan, projectId: project.id, commit };
  return ok({ ...nothingMade(asked, null), wanted: await ctx.store.requestBuild(build, ctx.now()) });
}

function nothingMade(asked: AskedEnvironment["asked"], unmade: string | null): AskedEnvironment {
  return { asked, unmade, waits: false, wanted: null };
}

/** Counted for the project's owner, whoever looks at it. What is there, or under way for somebody, costs nothing more. */
async function isOneTooMany(ctx: Context, project: ReadyProject, adapter: string, key: Digest): Promise<boolean> {
  const known = await ctx.store.findBuildByKey(adapter, key);
  const isMadeAnew = known?.state === "removed" || (known?.state === "cancelled" && known.projectId !== project.id);
  if (known && !isMadeAnew) return false;
  return !(await mayBegin(ctx, project));
}

function tooMany(limit: number): string {
  return `It is not its turn yet: the owner of this project has ${limit === 1 ? "an environment" : `${limit} environments`} waiting or being made already, which is as many as one person may have. It follows by itself when one of them is done or cancelled.`;
}

type Offer = EnvironmentsOffer & { readonly adapter: string };

async function findOffer(ctx: Context): Promise<Offer | null> {
  const engines = await liveEngines(ctx.store, ctx.now());
  return engines.map(({ details }) => details.environments).find((offer) => offer !== undefined) ?? null;
}

async function detectAt(ctx: Context, { repositoryId }: ReadyProject, commit: CommitId, offer: Offer): Promise<Result<Environment>> {
  const files = await ctx.forge.listTree(repositoryId, commit);
  if (!files.ok) return files;
  let away: ReturnType<typeof fail> | null = null;
  const read: ReadFile = async (path, limitBytes): Promise<FileContent> => {
    const content = await ctx.forge.readFile(repositoryId, commit, path, limitBytes);
    if (content.ok) return content.value;
    if (content.failure.code === "too_large") return "too_large";
    if (content.failure.code === "unavailable") away = content;
    return "absent";
  };
  const listed = files.value.map(({ path, kind }): ProjectFile => ({ path, kind }));
  const environment = await detectEnvironment(listed, read, { base: offer.base.versions, hasRepo2docker: offer.abilities === "all" });
  // What could not be read just now is no fault of the files.
  return away ?? ok(environment);
}

async function keyOf(ctx: Context, project: ReadyProject, commit: CommitId, offer: Offer, plan: EnvironmentBuild["plan"]): Promise<Result<Digest>> {
  const sources = await readSources(ctx, project.repositoryId, commit, plan.sources);
  if (!sources.ok) return sources;
  const digests = new Map([...sources.value].map(([path, { bytes, executable }]) => [path, `${digestOf(bytes)}${executable ? " executable" : ""}`]));
  return ok(digestOf(environmentText({ plan, sources: digests, baseDigest: offer.base.digest, builderVersion: offer.builderVersion })));
}
