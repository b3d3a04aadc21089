import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Logger } from "#server/log.ts";
import type { StartKernel } from "#server/ports/kernels.ts";
import type { ControlGroup } from "./control-groups.ts";
import type { Facilities } from "./facilities.ts";
import { type LiveKernel, superviseKernel } from "./kernel-process.ts";
import { type Launched, launch } from "./launch.ts";
import type { Runtime } from "./runtime-shape.ts";
import { becomeUser, buildSandboxArguments, inside, kernelCommand, kernelEnvironment, processLimits } from "./sandbox-arguments.ts";
import { connectionFileName, makeFolders, removeFolders, type SessionFolders } from "./session-folders.ts";
import { waitForKernel } from "./wait-for-kernel.ts";

export type StartPlan = {
  readonly request: StartKernel;
  readonly runtime: Runtime;
  readonly facilities: Facilities;
  readonly folders: SessionFolders;
  /** Null where we are no root: the kernel runs as ourselves. */
  readonly uid: number | null;
  readonly timeoutMs: number;
  /** What the project asked for; null: nothing. */
  readonly environmentFolder: string | null;
};

/** Throws, with nothing left behind, when the kernel does not come up; the kernel's last words are in the error. */
export async function startKernel(plan: StartPlan, log: Logger): Promise<LiveKernel> {
  const { folders, request, facilities, uid } = plan;
  const key = randomBytes(32).toString("hex");
  let group: ControlGroup | null = null;
  let supervised: ReturnType<typeof superviseKernel> | null = null;
  try {
    await makeFolders(folders, { uid, key, kernelName: request.language, seenAt: facilities.sandbox.works ? inside.sockets : folders.sockets });
    group = (await facilities.groups?.create(request.sessionId, request.limits)) ?? null;
    const launched = launchKernel(plan, group);
    supervised = superviseKernel(plan, launched, group);
    // In a sandbox of our own uid the kernel could undo it.
    const sealFor = facilities.sandbox.works ? uid : null;
    const connection = await waitForKernel({ folders, key, timeoutMs: plan.timeoutMs, exit: launched.exit, sealFor });
    return { watched: supervised.watched, kernel: { ...supervised.kernel, connection } };
  } catch (error) {
    const lastWords = (await readFile(folders.logFile, "utf8").catch(() => "")).slice(-2000);
    if (supervised) await supervised.kernel.kill();
    else await group?.remove();
    await removeFolders([folders.session, folders.sockets]);
    log.warn({ err: error, sessionId: request.sessionId, lastWords }, "a kernel did not start");
    throw error;
  }
}

function launchKernel(plan: StartPlan, group: ControlGroup | null): Launched {
  const { folders, request, facilities, runtime, uid } = plan;
  const { sandbox } = facilities;
  const joinFiles = group?.joinFiles ?? [];
  const manners = group ? [] : ["nice", "-n", "10"];
  if (!sandbox.works) {
    const command = kernelCommand(runtime, request.language, folders.connectionFile);
    // Its home is beside its sockets: that folder can be reached also where the data folder is closed to its uid.
    const env = { ...kernelEnvironment(request.limits), HOME: folders.sockets, MPLCONFIGDIR: folders.sockets };
    const identity = uid === null ? [] : becomeUser(uid);
    return launch([...manners, ...identity, ...processLimits(request.limits, group !== null), ...command], {
      joinFiles,
      seccomp: null,
      logFile: folders.logFile,
      place: { cwd: folders.work, env },
    });
  }
  const args = buildSandboxArguments({
    runtime,
    identity: uid === null ? { kind: "ours" } : { kind: "own", uid },
    limits: request.limits,
    hasControlGroup: group !== null,
    workFolder: folders.work,
    socketFolder: folders.sockets,
    passwdFile: folders.passwdFile,
    canLimitTmpfs: sandbox.canLimitTmpfs,
    hostLinks: facilities.hostLinks,
    environment: plan.environmentFolder === null ? null : { folder: plan.environmentFolder, access: "read" },
    command: kernelCommand(runtime, request.language, `${inside.sockets}/${connectionFileName}`, { hasEnvironment: plan.environmentFolder !== null }),
  });
  return launch([...manners, "bwrap", ...args], { joinFiles, seccomp: sandbox.seccomp, logFile: folders.logFile });
}
