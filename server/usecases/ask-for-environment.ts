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
import type { EnvironmentBuild } from "#server/ports/store.ts";
import type { ReadyProject } from "./find-project.ts";
import { readSources } from "./read-sources.ts";

export type AskedEnvironment = {
  readonly asked: Omit<Environment, "plan">;
  /** Why nothing is made of it; null where something is, or nothing has to be. */
  readonly unmade: string | null;
  readonly wanted: EnvironmentBuild | null;
};

/** An engine that said so in this time can make something. */
const engineSilenceMs = 30_000;

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
  if (wrong) return ok({ asked, unmade: placeInFile(wrong), wanted: null });
  if (!fitted.plan) return ok({ asked, unmade: null, wanted: null });
  if (offer.abilities === "none") return ok({ asked, unmade: `No environments are made here: ${offer.how}`, wanted: null });
  const key = await keyOf(ctx, project, commit, offer, fitted.plan);
  if (!key.ok) return key.failure.code === "too_large" ? ok({ asked, unmade: key.failure.message, wanted: null }) : key;
  const build = { id: newId("environmentBuild"), adapter: offer.adapter, key: key.value, kind: asked.kind, plan: fitted.plan, projectId: project.id, commit };
  return ok({ asked, unmade: null, wanted: await ctx.store.requestBuild(build, ctx.now()) });
}

type Offer = EnvironmentsOffer & { readonly adapter: string };

async function findOffer(ctx: Context): Promise<Offer | null> {
  const engines = await ctx.store.listEngines(new Date(ctx.now().getTime() - engineSilenceMs));
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
