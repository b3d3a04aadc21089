import type { CommitId, EnvironmentBuildId } from "#lib/domain/ids.ts";
import type { Problem } from "#lib/domain/worksheet.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { liveEngines } from "#server/live-engines.ts";
import type { EnvironmentBuild } from "#server/ports/store.ts";
import { askForEnvironment } from "./ask-for-environment.ts";
import type { ReadyProject } from "./find-project.ts";
import { noteEnvironment } from "./note-environment.ts";

export type PresentEnvironment = {
  readonly environmentName: string;
  readonly environmentDigest: string;
  /** Null: the site's own. */
  readonly environmentBuildId: EnvironmentBuildId | null;
};
export type ChosenEnvironment = {
  readonly environment: PresentEnvironment /** For the author, where it is another one than the files ask for. */;
  readonly problems: readonly Problem[];
};

const firstTryMs = 60_000;

/**
 * In which environment results of this version are computed now: the one that its files ask for, or the last one of the
 * project that was made, with a word about it. `records`: whether it is the project's newest version, and no trial.
 */
export async function presentEnvironment(
  ctx: Context,
  project: ReadyProject,
  commit: CommitId,
  { records }: { readonly records: boolean },
): Promise<Result<ChosenEnvironment>> {
  const [engine] = await liveEngines(ctx.store, ctx.now());
  if (!engine) return fail("unavailable", "Nothing is there to compute the result at the moment.", { retryAfterSeconds: 10 });
  const { name, digest } = engine.details.environment;
  const site = { environmentName: name, environmentDigest: digest, environmentBuildId: null };
  const asked = await (records ? noteEnvironment : askForEnvironment)(ctx, project, commit);
  if (!asked.ok) return asked;
  if (!asked.value) return ok({ environment: site, problems: [] });
  const { unmade, waits, wanted } = asked.value;
  if (wanted === null && unmade === null) return ok({ environment: site, problems: [] });
  const made = madeOf(wanted);
  if (made) return ok({ environment: made, problems: [] });
  const before = madeOf((await ctx.store.findProjectEnvironment(project.id))?.current ?? null);
  if (waits && unmade !== null && !before) return fail("unavailable", unmade, { retryAfterSeconds: 15 });
  if (unmade !== null) return ok({ environment: before ?? site, problems: [warning(`${unmade} ${insteadOf(before)}`)] });
  if (wanted?.state === "failed" || wanted?.state === "cancelled") {
    const words = wanted.state === "cancelled" ? cancelled : (wanted.error ?? "The environment that the files ask for could not be made.");
    return before ? ok({ environment: before, problems: [warning(`${words} ${insteadOf(before)}`)] }) : fail("conflict", words);
  }
  if (before) return ok({ environment: before, problems: [warning(`The environment that the files ask for is still being made. ${insteadOf(before)}`)] });
  return fail(
    "unavailable",
    `The environment that this project asks for is being made${await usually(ctx, wanted)}. Try again when it is ready; the project's page shows how far it is.`,
    {
      retryAfterSeconds: 15,
    },
  );
}

const cancelled = "Making the environment that the files ask for was cancelled. The project's page has it made after all.";

function madeOf(build: EnvironmentBuild | null): PresentEnvironment | null {
  if (build?.state !== "ready" || build.name === null || build.digest === null) return null;
  return { environmentName: build.name, environmentDigest: build.digest, environmentBuildId: build.id };
}

function insteadOf(before: PresentEnvironment | null): string {
  return before ? "The last one that could be made is used meanwhile." : "The site's own environment is used instead.";
}

function warning(message: string): Problem {
  return { severity: "warning", cell: null, line: null, message };
}

async function usually(ctx: Context, wanted: EnvironmentBuild | null): Promise<string> {
  const ms = wanted && (await ctx.store.usualBuildMs(wanted.adapter, wanted.kind));
  return ms ? `, which usually takes ${ms < firstTryMs ? "less than a minute" : `about ${Math.round(ms / 60_000)} minutes`}` : "";
}
