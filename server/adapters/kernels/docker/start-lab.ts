import { randomBytes } from "node:crypto";
import { groupsInside, planMounts } from "#lib/domain/mounts.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Logger } from "#server/log.ts";
import type { StartLab } from "#server/ports/kernels.ts";
import { assignmentLine, gidsOf, insideLab, nobodysHome } from "../process/lab-arguments.ts";
import { type LabFolders, makeLabFolders, moveIn, planLabFolders } from "../process/lab-folders.ts";
import { removeFolders } from "../process/session-folders.ts";
import { untilServing, whyNoLab } from "../process/wait-for-lab.ts";
import type { LiveContainer } from "./containers.ts";
import type { Ground } from "./ground.ts";
import type { Image } from "./images.ts";
import { withFonts } from "./start-kernel.ts";

export type StartedLab = {
  readonly container: LiveContainer;
  readonly folders: LabFolders;
  readonly secret: string;
  readonly leaveNetwork: () => Promise<void>;
};

/** A container for one home. It runs as the person from its first instruction; who that is comes by a pipe, with the secret. */
export async function startLab(ground: Ground, image: Image, name: string, request: StartLab, log: Logger): Promise<Result<StartedLab>> {
  const secret = randomBytes(24).toString("base64url");
  const folders = planLabFolders(ground.sessionsFolder, ground.socketsFolder, name);
  const { username, uid } = request.person;
  const seen = planMounts({ username, homeFolder: request.homeFolder, groups: request.groups });
  let container: LiveContainer | null = null;
  const network = ground.networks ? await ground.networks.enter(username) : null;
  if (network && !network.ok) return network;
  const leaveNetwork = async (): Promise<void> => ground.networks?.leave(username);
  try {
    await makeLabFolders(folders);
    await moveIn(folders, { username, uid: uid ?? ground.ownUid, groups: request.groups });
    // It is the person already, and has nothing to leave behind.
    const line = assignmentLine({ ...request, person: { username, uid: null } }, secret, request.environment ? ["/opt/sheaf/enter"] : []);
    const own = [
      { source: await ground.programFolder(), target: insideLab.program, access: "read" },
      { source: folders.sockets, target: insideLab.sockets, access: "write" },
      { source: folders.passwdFile, target: "/etc/passwd", access: "read" },
      { source: folders.groupFile, target: "/etc/group", access: "read" },
    ] as const;
    container = await ground.containers.run(
      {
        ...ground.common,
        kind: "lab",
        sessionId: name,
        imageId: request.environment?.digest ?? image.id,
        uid: uid ?? ground.ownUid,
        gid: uid ?? ground.ownGid,
        limits: request.limits,
        mounts: [...own, ...[seen.home, ...seen.groups].map(ground.place)],
        gids: gidsOf(request.groups),
        memoryFolders: ["/tmp"],
        closedFolders: ["/home", ...(seen.groups.length > 0 ? [groupsInside] : [])],
        environment: { PATH: "/usr/local/bin:/usr/bin:/bin", LANG: "C.UTF-8", HOME: nobodysHome },
        command: [...withFonts, "/usr/bin/python3", "-I", `${insideLab.program}/start.py`],
        hasInput: true,
        ...(network ? { network: network.value } : {}),
      },
      line,
    );
    await untilServing({ folders, isGone: container.isGone }, request.basePath, secret);
    return ok({ container, folders, secret, leaveNetwork });
  } catch (error) {
    const lastWords = (await container?.lastWords()) ?? "";
    const hasFilledMemory = container?.isGone() ? (await container.exited).reason === "out_of_memory" : false;
    await container?.remove().catch(() => undefined);
    await leaveNetwork();
    await removeFolders([folders.session, folders.sockets, folders.socket]);
    log.warn({ err: error, sessionId: request.sessionId, lastWords }, "a lab did not start");
    return fail("unavailable", whyNoLab(error, lastWords, hasFilledMemory));
  }
}
