import { setTimeout as sleep } from "node:timers/promises";
import type { Kernel, KernelExit, KernelUsage } from "#server/ports/kernels.ts";
import type { ControlGroup } from "./control-groups.ts";
import { createFileReceiver } from "./give-files.ts";
import type { Launched } from "./launch.ts";
import { childrenOf, deletedOpenBytes } from "./process-tree.ts";
import { removeFolders } from "./session-folders.ts";
import type { StartPlan } from "./start-kernel.ts";
import { signalQuietly, superviseProcesses } from "./supervised-processes.ts";
import type { Watched } from "./watch.ts";

export type LiveKernel = { readonly kernel: Kernel; readonly watched: Watched };
type Supervised = { readonly kernel: Omit<Kernel, "connection">; readonly watched: Watched };

/** One running kernel: its usage, its end, and why it ended. */
export function superviseKernel(plan: StartPlan, launched: Launched, group: ControlGroup | null): Supervised {
  const { folders, request, facilities, uid } = plan;
  const receiver = createFileReceiver(folders.work, uid);
  let reason: KernelExit["reason"] | null = null;
  let stopping: Promise<void> | null = null;
  let removing: Promise<void> | null = null;
  let gone = false;

  const processes = superviseProcesses(launched, group, () => gone);
  const usage = async (): Promise<KernelUsage> => (stopping || gone ? processes.measured() : processes.measure());

  const exited = launched.exit.then(async (code): Promise<KernelExit> => {
    // The control group remembers how much was used, and whether that was too much, after its last process.
    if (group && !stopping) await usage();
    gone = true;
    receiver.close();
    if (reason === null && code !== 0 && (await group?.ranOutOfMemory())) reason = "out_of_memory";
    return { reason: reason ?? "exited", code };
  });

  const killFor = (why: KernelExit["reason"]): Promise<void> => {
    if (!gone) reason ??= why;
    stopping ??= endProcesses();
    return stopping;
  };

  const endProcesses = async () => {
    // The last look: what it used stays known after its end.
    await processes.measure().catch(() => {});
    const ids = group ? [] : await processes.ids();
    const init = await Promise.race([launched.initPid, sleep(1000, null)]);
    // The first process of the sandbox takes all others with it, at once.
    for (const pid of [init, launched.child.pid, ...ids])
      if (pid !== null && pid !== undefined && !(gone && pid === launched.child.pid)) signalQuietly(pid, "SIGKILL");
    if (group && gone) await group.remove();
    await exited;
    if (group) await group.remove();
  };

  const kernelPid = async (): Promise<number | null> => {
    if (gone) return null;
    const init = await launched.initPid;
    if (init === null || !facilities.sandbox.works) return init;
    return (await childrenOf(init))[0] ?? null;
  };

  const kernel: Supervised["kernel"] = {
    sessionId: request.sessionId,
    language: request.language,
    workFolder: folders.work,
    exited,
    usage,
    giveFiles: (fromFolder) => receiver.give(fromFolder),
    limitMemory: async (memoryBytes) => (await group?.limitMemory(memoryBytes)) ?? false,
    async interrupt() {
      const pid = await kernelPid();
      if (pid !== null) signalQuietly(pid, "SIGINT");
    },
    stop: () => killFor("killed"),
    kill() {
      removing ??= killFor("killed").then(() => removeFolders([folders.session, folders.sockets]));
      return removing;
    },
  };

  const watched: Watched = {
    folders: facilities.sandbox.works && uid !== null ? [folders.session] : [folders.session, folders.sockets],
    diskBytes: request.limits.diskBytes,
    hiddenBytes: async () => deletedOpenBytes(await processes.ids()),
    onDiskFull: () => void killFor("disk_full"),
    async checkMemory() {
      if (group) return;
      if ((await usage()).memoryBytes > request.limits.memoryBytes) await killFor("out_of_memory");
    },
  };
  return { kernel, watched };
}
