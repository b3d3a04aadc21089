import type { BuildPhase } from "#lib/domain/environment.ts";
import type { Services } from "#server/context.ts";
import type { BuildOutcome, EnvironmentsPort } from "#server/ports/environments.ts";
import type { BuildLease, EnvironmentBuild } from "#server/ports/store.ts";
import { readSources } from "#server/usecases/read-sources.ts";
import { untilDatabaseIsBack } from "./database-away.ts";
import { patienceMs } from "./event-writer.ts";

const flushMs = 300;
/** After that a log is only in the way; the words about a failure have its last lines from elsewhere. */
const maxLines = 20_000;
/** What interrupts a build usually lasts a little. */
const pauseMs = 30_000;

type Needs = Pick<Services, "store" | "forge" | "config" | "log" | "now">;

/** From a claimed row to its end, or back into the queue. */
export async function makeEnvironment(
  services: Needs,
  environments: EnvironmentsPort,
  build: EnvironmentBuild,
  lease: BuildLease,
  stop: AbortController,
): Promise<void> {
  const { store, log, now } = services;
  const began = performance.now();
  const journal = createBuildJournal(services, lease, stop);
  const outcome = await makeOf(services, environments, build, journal, stop.signal);
  await journal.close();
  log.info({ build: build.id, kind: build.kind, outcome: outcome.kind, ms: Math.round(performance.now() - began) }, "a build ended");
  await untilDatabaseIsBack(async () => {
    if (outcome.kind === "ready") {
      const { environment, bytes } = outcome;
      return store.finishBuild(lease, { state: "ready", ...environment, bytes }, now());
    }
    if (outcome.kind === "failed") return store.finishBuild(lease, { state: "failed", error: outcome.message, mayPass: outcome.mayPass }, now());
    // An engine that stops lets the next one begin at once; what was cancelled is nobody's any more, and stays so.
    log.warn({ build: build.id, why: outcome.message }, "a build was interrupted or cancelled");
    return store.requeueBuild(lease, { counts: false, notBefore: stop.signal.aborted ? null : new Date(now().getTime() + pauseMs) });
  }, patienceMs);
}

async function makeOf(
  services: Needs,
  environments: EnvironmentsPort,
  build: EnvironmentBuild,
  journal: BuildJournal,
  signal: AbortSignal,
): Promise<BuildOutcome> {
  const { store, config, log } = services;
  const project = build.projectId === null ? null : await store.findProject(build.projectId);
  if (!project?.repositoryId) return { kind: "failed", message: "The project that asked for this environment is gone.", mayPass: true };
  const sources = await readSources(services, project.repositoryId, build.commit, build.plan.sources);
  if (!sources.ok) return { kind: sources.failure.code === "unavailable" ? "interrupted" : "failed", message: sources.failure.message, mayPass: true };
  const { key, plan } = build;
  try {
    return await environments.build({
      buildId: build.id,
      key,
      plan,
      sources: sources.value,
      limits: config.builds.limits,
      signal,
      onPhase: journal.phase,
      onLine: journal.line,
    });
  } catch (error) {
    log.error({ err: error, build: build.id }, "a build met a fault of the server");
    return { kind: "failed", message: "Something went wrong on the server while this environment was made. Please tell the operator.", mayPass: true };
  }
}

type BuildJournal = { phase(phase: BuildPhase): void; line(line: string): void; close(): Promise<void> };

/** Writes phase and lines a few times a second, in their order. A build that somebody else holds by now is stopped. */
function createBuildJournal({ store, log }: Needs, lease: BuildLease, stop: AbortController): BuildJournal {
  let lines: string[] = [];
  let written = 0;
  let phase: BuildPhase | null = null;
  let writing = Promise.resolve();
  let closed = false;

  const write = async (next: BuildPhase | null, first: number, batch: readonly string[]): Promise<void> => {
    const phased = next === null || (await store.changeBuildPhase(lease, next));
    const added = batch.length === 0 || (await store.appendBuildLog(lease, first, batch));
    if (!phased || !added) stop.abort();
  };
  const flush = (): Promise<void> => {
    if (phase === null && lines.length === 0) return writing;
    const [next, first, batch] = [phase, written + 1, lines];
    [phase, lines] = [null, []];
    written += batch.length;
    writing = writing
      .then(() => untilDatabaseIsBack(() => write(next, first, batch), patienceMs))
      .catch((error: unknown) => log.warn({ err: error, build: lease.buildId }, "a build's log was not written"));
    return writing;
  };
  const timer = setInterval(() => void flush(), flushMs);
  return {
    phase(next) {
      if (!closed) phase = next;
    },
    line(line) {
      if (closed || written + lines.length > maxLines) return;
      lines.push(written + lines.length === maxLines ? "… (more lines are not kept)" : line);
    },
    async close() {
      clearInterval(timer);
      await flush();
      closed = true;
    },
  };
}
