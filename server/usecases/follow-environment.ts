import type { EnvironmentEvent } from "#lib/domain/environment.ts";
import type { EnvironmentBuildId } from "#lib/domain/ids.ts";
import { ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { createBell } from "./bell.ts";
import { findProjectFor, type ReadyProject } from "./find-project.ts";
import { environmentOf, viewOf } from "./show-environment.ts";

/** `after`: the last line of the log that the reader has. */
export type FollowEnvironment = { readonly projectId: string; readonly after: number; readonly signal: AbortSignal };

/** A notification can be lost with its connection, and a new version asks for another build; this is how late that is noticed. */
const pollMs = 3000;
const linesAtOnce = 1000;

/** The environment as it is and at every change, with the log of its build, for as long as the reader stays. */
export async function followEnvironment(ctx: Context, input: FollowEnvironment): Promise<Result<AsyncIterable<{ seq: number; event: EnvironmentEvent }>>> {
  const project = await findProjectFor(ctx, input.projectId, "project:read");
  return project.ok ? ok(follow(ctx, project.value, input)) : project;
}

async function* follow(ctx: Context, project: ReadyProject, { after, signal }: FollowEnvironment): AsyncGenerator<{ seq: number; event: EnvironmentEvent }> {
  const bell = createBell(signal);
  const listener = await ctx.store.listen("build_changed", () => bell.ring(), bell.ring);
  let build: { readonly id: EnvironmentBuildId; readonly attempt: number } | null = null;
  let last = after;
  let said = "";
  try {
    for (let seq = 1; !signal.aborted; ) {
      // Each time: whoever may read it now may not for as long as they stay.
      const readable = await findProjectFor(ctx, project.id, "project:read");
      if (!readable.ok) return;
      const environment = await environmentOf(ctx, readable.value);
      if (!environment.ok) return;
      const wanted = environment.value?.wanted ?? null;
      // Another build, or the same one begun anew, has a log of its own.
      if (build && wanted && (build.id !== wanted.id || build.attempt !== wanted.attempt)) last = 0;
      build = wanted;
      const found = wanted ? await ctx.store.listBuildLog(wanted.id, last, linesAtOnce) : [];
      const view = await viewOf(ctx, readable.value, environment.value);
      const text = JSON.stringify(view);
      if (text !== said || found.length > 0) yield { seq: seq++, event: { view, first: found[0]?.seq ?? last + 1, lines: found.map(({ line }) => line) } };
      said = text;
      last = found.at(-1)?.seq ?? last;
      if (found.length < linesAtOnce) await bell.wait(pollMs);
    }
  } finally {
    await listener.close();
  }
}
