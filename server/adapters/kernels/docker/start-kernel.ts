import { randomBytes } from "node:crypto";
import path from "node:path";
import type { Logger } from "#server/log.ts";
import type { Kernel, KernelExit, StartKernel } from "#server/ports/kernels.ts";
import { createFileReceiver } from "../process/give-files.ts";
import { kernelCommands } from "../process/runtime-shape.ts";
import { inside, kernelEnvironment } from "../process/sandbox-arguments.ts";
import { connectionFileName, makeFolders, planFolders, removeFolders, type SessionFolders } from "../process/session-folders.ts";
import { waitForKernel } from "../process/wait-for-kernel.ts";
import type { Watched } from "../process/watch.ts";
import type { Mount } from "./container-options.ts";
import type { LiveContainer } from "./containers.ts";
import { isAway } from "./engine.ts";
import type { Ground } from "./ground.ts";
import { createUsageMeter } from "./usage-meter.ts";

/** Nothing is wrong with what was asked for: it may be asked again when the engine is back. */
export class EngineLost extends Error {}

export type LiveKernel = { readonly kernel: Kernel; readonly watched: Watched };

const startTimeoutMs = 60_000;
/** Matplotlib wants to write beside its memory of fonts, so everybody gets a copy. */
export const withFonts = ["/bin/sh", "-c", `cp -r /opt/sheaf/matplotlib ${inside.fonts}; exec "$@"`, "sh"];

/** Throws, with nothing left behind, when the kernel does not come up. `uid` is null where we are no root: then it runs as ourselves. */
export async function startKernel(ground: Ground, request: StartKernel, uid: number | null, log: Logger): Promise<LiveKernel> {
  const folders = planFolders(ground.sessionsFolder, ground.socketsFolder, request.sessionId);
  const key = randomBytes(32).toString("hex");
  let container: LiveContainer | null = null;
  try {
    await makeFolders(folders, { uid: uid ?? ground.ownUid, key, kernelName: request.language, seenAt: inside.sockets });
    container = await ground.containers.run({
      ...ground.common,
      kind: "kernel",
      sessionId: request.sessionId,
      imageId: request.environment?.digest ?? ground.images.kernel.id,
      uid: uid ?? ground.ownUid,
      gid: uid ?? ground.ownGid,
      limits: request.limits,
      mounts: kernelMounts(folders),
      memoryFolders: ["/tmp", inside.home],
      environment: kernelEnvironment(request.limits),
      command: [...withFonts, "env", `--chdir=${inside.work}`, ...kernelCommand(request)],
      hasInput: false,
    });
    const supervised = superviseKernel(container, request, folders, uid);
    const exit = container.exited.then(({ code }) => code);
    const connection = await waitForKernel({ folders, key, timeoutMs: startTimeoutMs, exit, sealFor: uid });
    return { watched: supervised.watched, kernel: { ...supervised.kernel, connection } };
  } catch (error) {
    const isLost = isAway(error) || (container?.isGone() === true && (await container.exited).reason === "lost");
    const lastWords = (await container?.lastWords()) ?? "";
    await container?.remove().catch(() => undefined);
    await removeFolders([folders.session, folders.sockets]);
    if (isLost) throw new EngineLost("The container engine went away while a kernel was started.");
    log.warn({ err: error, sessionId: request.sessionId, lastWords }, "a kernel did not start");
    throw error;
  }
}

function kernelMounts(folders: SessionFolders): readonly Mount[] {
  return [
    { source: folders.work, target: inside.work, access: "write" },
    { source: folders.sockets, target: inside.sockets, access: "write" },
    { source: folders.passwdFile, target: "/etc/passwd", access: "read" },
  ];
}

/** In an environment that a project asked for, programs are looked for where it has them. */
function kernelCommand({ language, environment }: StartKernel): readonly string[] {
  const [program, ...args] = kernelCommands[language].map((argument) => argument.replace("{connection}", `${inside.sockets}/${connectionFileName}`));
  return environment ? ["/opt/sheaf/enter", path.basename(program ?? ""), ...args] : [program ?? "", ...args];
}

function superviseKernel(
  container: LiveContainer,
  request: StartKernel,
  folders: SessionFolders,
  uid: number | null,
): { kernel: Omit<Kernel, "connection">; watched: Watched } {
  const receiver = createFileReceiver(folders.work, uid);
  const meter = createUsageMeter(container);
  let stopping: Promise<void> | null = null;
  let removing: Promise<void> | null = null;
  void container.exited.then(() => receiver.close());

  const stopFor = (why: KernelExit["reason"]): Promise<void> => {
    // What it used is known to the last moment only as long as it is there.
    stopping ??= meter.usage().then(() => container.stop(why));
    return stopping;
  };
  const remove = async (): Promise<void> => {
    await container.remove();
    receiver.close();
    await removeFolders([folders.session, folders.sockets]);
  };
  return {
    kernel: {
      sessionId: request.sessionId,
      language: request.language,
      workFolder: folders.work,
      exited: container.exited,
      usage: meter.usage,
      giveFiles: (fromFolder) => receiver.give(fromFolder),
      limitMemory: (memoryBytes) =>
        container.limit({ memoryBytes }).then(
          () => true,
          () => false,
        ),
      interrupt: container.interrupt,
      stop: () => stopFor("killed"),
      kill() {
        removing ??= remove();
        return removing;
      },
    },
    watched: {
      folders: uid === null ? [folders.session, folders.sockets] : [folders.session],
      diskBytes: request.limits.diskBytes,
      hiddenBytes: meter.hiddenBytes,
      onDiskFull: () => void stopFor("disk_full").catch(() => undefined),
      checkMemory: async () => undefined,
    },
  };
}
