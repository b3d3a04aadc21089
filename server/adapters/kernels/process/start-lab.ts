import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { MountSubject } from "#lib/domain/mounts.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Logger } from "#server/log.ts";
import type { MadeEnvironment } from "#server/ports/environments.ts";
import type { KernelLimits, StartLab } from "#server/ports/kernels.ts";
import type { Facilities } from "./facilities.ts";
import { assignmentLine, buildLabArguments, enterEnvironment, gidsOf } from "./lab-arguments.ts";
import { makeLabFolders, moveIn, planLabFolders } from "./lab-folders.ts";
import { hasOnly, type LabProcess, superviseLab } from "./lab-process.ts";
import { putIntoSlot, withSlot } from "./lab-slot.ts";
import { launch } from "./launch.ts";
import type { Runtime } from "./runtime-shape.ts";
import { removeFolders } from "./session-folders.ts";
import { untilServing, whyNoLab } from "./wait-for-lab.ts";

export type LabGround = {
  readonly runtime: Runtime;
  readonly facilities: Facilities;
  readonly sessionsFolder: string;
  readonly socketsFolder: string;
  /** Where an environment is that a project asked for; null where it is gone. */
  readonly environmentOf: (environment: MadeEnvironment) => string | null;
  /** A copy of `lab/` that everybody may read, made at the first need. */
  readonly programFolder: () => Promise<string>;
};

export type LabHome = MountSubject & { readonly environmentFolder: string | null };

/** A sandbox with the server's program in it: for one home, or (null) waiting for any. Throws with nothing left behind. */
export async function launchLab(ground: LabGround, name: string, limits: KernelLimits, home: LabHome | null): Promise<LabProcess> {
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
      environmentFolder: home?.environmentFolder ?? null,
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
    await moveIn(lab.folders, { username, uid, groups: request.groups });
    if (isWarm) await putIntoSlot(lab.launched.child.pid ?? 0, lab.folders.slot, request.homeFolder, username);
    lab.launched.child.stdin?.on("error", () => undefined).end(assignmentLine(request, secret, request.environment ? enterEnvironment : []));
    await untilServing(lab, request.basePath, secret);
    if (uid !== null && !(await hasOnly(uid, gidsOf(request.groups), (await lab.serverPid()) ?? 0))) throw new Error("still_privileged");
    return ok({ secret });
  } catch (error) {
    const lastWords = (await readFile(lab.folders.logFile, "utf8").catch(() => "")).slice(-2000);
    const hasFilledMemory = !lab.isGone() ? false : (await lab.exited).reason === "out_of_memory";
    await lab.kill();
    log.warn({ err: error, sessionId: request.sessionId, lastWords }, "a lab did not start");
    return fail("unavailable", whyNoLab(error, lastWords, hasFilledMemory));
  }
}
