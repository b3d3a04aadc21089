import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { fail, ok, type Result } from "#lib/result.ts";
import { askLab } from "#server/jupyter/ask-lab.ts";
import type { Logger } from "#server/log.ts";
import type { KernelLimits, StartLab } from "#server/ports/kernels.ts";
import type { Facilities } from "./facilities.ts";
import { assignmentLine, buildLabArguments } from "./lab-arguments.ts";
import { makeLabFolders, moveIn, planLabFolders, takeSocket } from "./lab-folders.ts";
import { hasOnly, type LabProcess, superviseLab } from "./lab-process.ts";
import { putIntoSlot, withSlot } from "./lab-slot.ts";
import { launch } from "./launch.ts";
import type { Runtime } from "./runtime-shape.ts";
import { removeFolders } from "./session-folders.ts";

export type LabGround = {
  readonly runtime: Runtime;
  readonly facilities: Facilities;
  readonly sessionsFolder: string;
  readonly socketsFolder: string;
  /** A copy of `lab/` that everybody may read, made at the first need. */
  readonly programFolder: () => Promise<string>;
};

const startTimeoutMs = 60_000;
const lookMs = 5;

/** Words for the person; the keys are what `lab/start.py` says last. */
const reasons: Readonly<Record<string, string>> = {
  no_jupyterlab: "There is no JupyterLab in this server's environment.",
  home_full: "Your home has no room left. Remove what you no longer need, then open the lab again.",
  home_unreadable: "Your home cannot be entered on this server.",
  still_privileged: "The lab was not isolated, and was stopped for that.",
};

/** A sandbox with the server's program in it: for one home, or (null) waiting for any. Throws with nothing left behind. */
export async function launchLab(ground: LabGround, name: string, limits: KernelLimits, home: { username: string; folder: string } | null): Promise<LabProcess> {
  const { facilities, runtime } = ground;
  if (!facilities.sandbox.works) throw new Error("There is no sandbox.");
  const folders = planLabFolders(ground.sessionsFolder, ground.socketsFolder, name);
  await makeLabFolders(folders);
  try {
    const group = (await facilities.groups?.create(name, limits)) ?? null;
    const args = buildLabArguments({
      runtime,
      hasUidOfItsOwn: facilities.isRoot,
      limits,
      hasControlGroup: group !== null,
      programFolder: await ground.programFolder(),
      folders,
      canLimitTmpfs: facilities.sandbox.canLimitTmpfs,
      hostLinks: facilities.hostLinks,
      home,
    });
    const command = [...(group ? [] : ["nice", "-n", "10"]), ...(home ? [] : withSlot(folders.slot)), "bwrap", ...args];
    const launched = launch(command, { joinFiles: group?.joinFiles ?? [], seccomp: facilities.sandbox.seccomp, logFile: folders.logFile, hasInput: true });
    return superviseLab(name, folders, launched, group);
  } catch (error) {
    await removeFolders([folders.session, folders.sockets]);
    throw error;
  }
}

/** Gives a launched lab to a person, and answers its secret once it serves them. On failure the lab is gone. */
export async function assignLab(lab: LabProcess, request: StartLab, isWarm: boolean, log: Logger): Promise<Result<{ secret: string }>> {
  const secret = randomBytes(24).toString("base64url");
  const { username, uid } = request.person;
  try {
    await lab.group?.limit(request.limits);
    await moveIn(lab.folders, username, uid);
    if (isWarm) await putIntoSlot(lab.launched.child.pid ?? 0, lab.folders.slot, request.homeFolder, username);
    lab.launched.child.stdin?.on("error", () => undefined).end(assignmentLine(request, secret));
    await untilServing(lab, request, secret);
    if (uid !== null && !(await hasOnly(uid, (await lab.serverPid()) ?? 0))) throw new Error("still_privileged");
    return ok({ secret });
  } catch (error) {
    const lastWords = (await readFile(lab.folders.logFile, "utf8").catch(() => "")).slice(-2000);
    const hasFilledMemory = !lab.isGone() ? false : (await lab.exited).reason === "out_of_memory";
    await lab.kill();
    log.warn({ err: error, sessionId: request.sessionId, lastWords }, "a lab did not start");
    return fail("unavailable", whyNot(error, lastWords, hasFilledMemory));
  }
}

function whyNot(error: unknown, lastWords: string, hasFilledMemory: boolean): string {
  if (hasFilledMemory) return "The lab needs more memory to start than a lab may have.";
  const word = /sheaf-lab: (\w+)\s*$/.exec(lastWords)?.[1] ?? (error instanceof Error ? error.message : "");
  if (/No space left on device|Disk quota exceeded/.test(lastWords)) return reasons.home_full ?? "";
  return reasons[word] ?? "JupyterLab did not start. Try again; if it stays so, tell the people who run this server.";
}

async function untilServing(lab: LabProcess, request: StartLab, secret: string): Promise<void> {
  const deadline = performance.now() + startTimeoutMs;
  while (!(await takeSocket(lab.folders))) {
    if (lab.isGone()) throw new Error("The lab ended at once.");
    if (performance.now() > deadline) throw new Error("The lab did not begin to serve in time.");
    await sleep(lookMs);
  }
  const address = { kind: "socket", path: lab.folders.socket } as const;
  while ((await askLab({ address, secret }, `${request.basePath}api/status`)) === null) {
    if (lab.isGone()) throw new Error("The lab ended before it answered.");
    if (performance.now() > deadline) throw new Error("The lab did not answer in time.");
    await sleep(lookMs);
  }
}
