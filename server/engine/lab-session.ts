import type { UserId } from "#lib/domain/ids.ts";
import type { LabStopReason } from "#lib/domain/lab.ts";
import type { GroupFolder } from "#lib/domain/mounts.ts";
import { formatBytes } from "#lib/format.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context, Services } from "#server/context.ts";
import { groupFoldersOf } from "#server/group-folders.ts";
import { labBasePath, pageOrigin } from "#server/lab-address.ts";
import { personHome } from "#server/person-home.ts";
import type { Home } from "#server/ports/homes.ts";
import type { KernelsPort, Lab, StartLab } from "#server/ports/kernels.ts";
import type { LabChange, LabLease, LabRow } from "#server/ports/store.ts";
import { labEnvironment } from "#server/usecases/lab-environment.ts";
import { prepareWorkingCopy } from "#server/usecases/prepare-working-copy.ts";
import type { UpdateProgress } from "#server/usecases/update-files.ts";
import { untilDatabaseIsBack } from "./database-away.ts";
import { noteEnvironmentGone } from "./environment-gone.ts";
import { tellProgress } from "./tell-progress.ts";
import { homeTolerance, watchLab } from "./watch-lab.ts";

export type LabSession = {
  readonly lease: LabLease;
  readonly userId: UserId;
  readonly stage: () => "starting" | "ready" | "ending";
  /** The row may say something new: that it shall stop, that it was kept, that it is no longer ours. */
  lookAtRow(): void;
  stop(why: LabStopReason): void;
  readonly ended: Promise<void>;
};

/** A row that says a lab is there outlives the lab by so long at most, when the database is away. */
const patienceMs = 600_000;

export type LabEnding = { readonly why: LabStopReason | "failed" | "taken"; readonly error: string | null };

/** One start of one lab, from its files to its end. `after` is the start before, whose last writes come first. Never throws. */
export function runLab(services: Services, kernels: KernelsPort, row: LabRow, lease: LabLease, after: Promise<void>): LabSession {
  const { store, log } = services;
  const wish = Promise.withResolvers<LabEnding>();
  let look: () => void = () => {};
  let stage: "starting" | "ready" | "ending" = "starting";

  const change = async (what: LabChange): Promise<boolean> => {
    const held = await store.changeLab(lease, what);
    if (!held) wish.resolve({ why: "taken", error: null });
    return held;
  };
  const lookAtRow = async (): Promise<void> => {
    const now = await store.findLab(row.id);
    if (!now || now.generation !== lease.generation || now.engineId !== lease.engineId) wish.resolve({ why: "taken", error: null });
    else if (now.stopRequested) wish.resolve({ why: now.stopRequested, error: null });
  };

  const live = async (): Promise<LabEnding> => {
    await after;
    const place = await Promise.race([bringFiles(services, row, tellProgress(change, services.now)), wish.promise]);
    if ("why" in place) return place;
    if (!place.ok) return { why: "failed", error: place.failure.message };
    if (!(await change({ phase: "server", progress: null }))) return wish.promise;
    const starting = startServer(services, kernels, row, lease, place.value);
    const started = await Promise.race([starting, wish.promise]);
    if ("why" in started) {
      const late = await starting;
      if (late.ok) await late.value.kill();
      return started;
    }
    if (!started.ok) return { why: "failed", error: started.failure.message };
    return serve(started.value, place.value);
  };

  const serve = async (lab: Lab, { home, groups }: LabPlace): Promise<LabEnding> => {
    const readyAt = services.now();
    const said = await change({
      state: "ready",
      phase: "ready",
      address: lab.address,
      secret: lab.secret,
      readyAt,
      activeAt: readyAt,
      startMs: readyAt.getTime() - row.startedAt.getTime(),
      warm: lab.warm,
    });
    if (said) stage = "ready";
    const watch = watchLab({ services, lab, home, groups, row, readyAt, change, end: wish.resolve });
    look = watch.look;
    void lab.exited.then(({ reason }) => wish.resolve(endedByItself(reason)));
    const ending = await wish.promise;
    stage = "ending";
    watch.stop();
    await store.changeLab(lease, { state: "stopping", stopsAt: null }).catch(() => false);
    // Whoever may no longer read something is not asked to close it.
    await (ending.why === "access" ? lab.kill() : lab.stop());
    return ending;
  };

  const ended = live()
    .catch((error: unknown): LabEnding => {
      log.error({ err: error, labId: row.id }, "a lab ended in a way nobody foresaw");
      return { why: "failed", error: "The lab could not be opened for a reason that nobody foresaw. Try again." };
    })
    .then(async ({ why, error }) => {
      log.info({ labId: row.id, why, error }, "a lab ended");
      if (why === "taken") return;
      const gone = { address: null, secret: null, usage: null, busy: null, stopsAt: null, stoppedAt: services.now(), error } as const;
      const final: LabChange = why === "failed" ? { ...gone, state: "failed" } : { ...gone, state: "stopped", stopReason: why };
      await untilDatabaseIsBack(() => store.changeLab(lease, final), patienceMs);
    })
    .catch((error: unknown) => log.error({ err: error, labId: row.id }, "how a lab ended could not be written"));

  return {
    lease,
    userId: row.userId,
    stage: () => stage,
    lookAtRow: () => {
      look();
      void lookAtRow().catch(() => {});
    },
    stop: (why) => wish.resolve({ why, error: null }),
    ended,
  };
}

type LabPlace = { readonly home: Home; readonly folder: string; readonly groups: readonly GroupFolder[] };

/** The person's home with the project's files in it, as new as the project. */
async function bringFiles(services: Services, row: LabRow, onProgress: UpdateProgress): Promise<Result<LabPlace>> {
  const user = await services.store.findUser(row.userId);
  if (!user) return fail("not_found", "This account is gone.");
  const home = personHome(user);
  await services.homes.ensure(home);
  const { usedBytes, limitBytes } = await services.homes.usage(home);
  if (usedBytes > limitBytes * homeTolerance)
    return fail(
      "too_large",
      `Your home holds ${formatBytes(usedBytes)}, and it may hold ${formatBytes(limitBytes)}. Make room in your files, then open the lab again.`,
    );
  const groups = await groupFoldersOf(services, row.userId);
  if (row.projectId === null) return ok({ home, folder: "", groups });
  const ctx: Context = { ...services, actor: { kind: "system" }, requestId: `lab ${row.id}` };
  const prepared = await prepareWorkingCopy(ctx, { projectId: row.projectId, user, onProgress });
  return prepared.ok ? ok({ home, groups, folder: prepared.value.folder }) : prepared;
}

async function startServer(services: Services, kernels: KernelsPort, row: LabRow, lease: LabLease, { home, folder, groups }: LabPlace): Promise<Result<Lab>> {
  const { config, homes, log } = services;
  const { memoryBytes, cpus, processes } = config.labs;
  const environment = row.projectId === null ? null : await labEnvironment(services, row.projectId, row.userId);
  const build = environment?.use === "project" ? environment.build : null;
  const request: StartLab = {
    sessionId: `${row.id}_${lease.generation}`,
    person: home,
    homeFolder: homes.folderOf(home),
    groups,
    folder,
    basePath: labBasePath(config, row.label),
    pageOrigin: pageOrigin(config),
    limits: { memoryBytes, cpus, processes, diskBytes: config.person.homeBytes },
    environment: build && { name: build.name, digest: build.digest },
  };
  const started = await kernels.startLab(request);
  if (started.ok || started.failure.code !== "not_found" || !build) return started;
  // Whoever asks for it next has it made again; work goes on without it meanwhile.
  log.warn({ labId: row.id, build: build.id }, "a lab is opened without the environment of its project, which is gone");
  await noteEnvironmentGone(services, build.id);
  return kernels.startLab({ ...request, environment: null });
}

function endedByItself(reason: string): LabEnding {
  if (reason === "out_of_memory")
    return {
      why: "memory",
      error: "The lab needed more memory than it may have, and was ended. Your files are as they were saved. Open it again, and read large data in parts.",
    };
  if (reason === "lost")
    return {
      why: "ended",
      error: "What runs labs on this server was restarted, and this lab ended with it. Open it again; your files are as they were saved.",
    };
  if (reason === "disk_full")
    return { why: "ended", error: "Your home holds more than it may, and the lab was ended, so that nothing more is written. Remove what you no longer need." };
  return { why: "ended", error: "The lab ended by itself. Open it again; your files are as they were saved." };
}
