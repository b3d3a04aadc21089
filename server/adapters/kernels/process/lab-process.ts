import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { KernelExit, KernelUsage } from "#server/ports/kernels.ts";
import type { ControlGroup } from "./control-groups.ts";
import type { LabFolders } from "./lab-folders.ts";
import type { Launched } from "./launch.ts";
import { childrenOf, seenProcess, usageOf } from "./process-tree.ts";
import { removeFolders } from "./session-folders.ts";
import { signalQuietly, superviseProcesses } from "./supervised-processes.ts";

/** The processes of one lab: waiting for somebody, or somebody's. */
export type LabProcess = {
  readonly name: string;
  readonly folders: LabFolders;
  readonly launched: Launched;
  readonly group: ControlGroup | null;
  readonly exited: Promise<KernelExit>;
  readonly isGone: () => boolean;
  /** Of the Jupyter server, on the host; null before it is there and after it has gone. */
  serverPid(): Promise<number | null>;
  usage(): Promise<KernelUsage>;
  terminalsBusy(): Promise<boolean>;
  memoryKills(): Promise<number>;
  /** Kills the largest of what people run in it, where no control group does so. */
  endLargest(): Promise<void>;
  stopWriters(): Promise<void>;
  stop(): Promise<void>;
  kill(): Promise<void>;
};

/** Kernels get three seconds each, at once; see `lab/start.py`. */
const orderlyMs = 8000;
const killedBySignal9 = 137;

export function superviseLab(name: string, folders: LabFolders, launched: Launched, group: ControlGroup | null): LabProcess {
  let reason: KernelExit["reason"] | null = null;
  let ownKills = 0;
  let ending: Promise<void> | null = null;
  let stopping: Promise<void> | null = null;
  let gone = false;
  const processes = superviseProcesses(launched, group, () => gone);

  const exited = launched.exit.then(async (code): Promise<KernelExit> => {
    gone = true;
    if (reason === null && code === killedBySignal9 && (await group?.ranOutOfMemory())) reason = "out_of_memory";
    return { reason: reason ?? "exited", code };
  });

  const serverPid = async (): Promise<number | null> => {
    const init = gone ? null : await launched.initPid;
    return init === null ? null : ((await childrenOf(init))[0] ?? null);
  };
  /** What people run in it: all but the sandbox itself and the server. */
  const guests = async (): Promise<number[]> => {
    const hosts = new Set([launched.child.pid, await launched.initPid, await serverPid()]);
    return (await processes.ids()).filter((pid) => !hosts.has(pid));
  };

  const endAll = async (): Promise<void> => {
    reason ??= gone ? null : "killed";
    const ids = group ? [] : await processes.ids();
    const init = await Promise.race([launched.initPid, sleep(1000, null)]);
    // The first process of the sandbox takes all others with it, at once.
    for (const pid of [init, launched.child.pid, ...ids]) if (pid !== null && pid !== undefined && !gone) signalQuietly(pid, "SIGKILL");
    if (group && gone) await group.remove();
    await exited;
    await group?.remove();
    await removeFolders([folders.session, folders.sockets, folders.socket]);
  };
  const kill = (): Promise<void> => {
    ending ??= endAll();
    return ending;
  };

  return {
    name,
    folders,
    launched,
    group,
    exited,
    isGone: () => gone,
    serverPid,
    usage: async () => (ending || gone ? processes.measured() : processes.measure()),
    memoryKills: async () => ownKills + ((await group?.countMemoryKills()) ?? 0),
    async terminalsBusy() {
      const [init, server] = [await launched.initPid, await serverPid()];
      if (init === null || server === null) return false;
      // What lost its parent was left running on purpose, by a shell that is closed.
      if ((await childrenOf(init)).some((pid) => pid !== server)) return true;
      for (const pid of await childrenOf(server)) if ((await seenProcess(pid))?.hasTerminal && (await childrenOf(pid)).length > 0) return true;
      return false;
    },
    async endLargest() {
      const sizes = await Promise.all((await guests()).map(async (pid) => ({ pid, bytes: (await usageOf([pid])).memoryBytes })));
      const largest = sizes.toSorted((one, other) => other.bytes - one.bytes)[0];
      if (!largest) return;
      ownKills += 1;
      signalQuietly(largest.pid, "SIGKILL");
    },
    async stopWriters() {
      // Twice: what was born while we looked at the others.
      for (let round = 0; round < 2; round += 1) for (const pid of await guests()) signalQuietly(pid, "SIGKILL");
    },
    stop() {
      stopping ??= (async () => {
        const server = await serverPid();
        if (!gone) reason ??= "killed";
        if (server !== null) signalQuietly(server, "SIGTERM");
        await Promise.race([exited, sleep(orderlyMs)]);
        await kill();
      })();
      return stopping;
    },
    kill,
  };
}

/** What became of the server after it had been given to somebody: no root, no capability, and no way back. */
export async function hasOnly(uid: number, gids: readonly number[], pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const field = (name: string): string => new RegExp(`^${name}:[ \\t]*(.*)$`, "m").exec(status)?.[1]?.trim() ?? "?";
  const ids = Array<string>(4).fill(String(uid)).join("\t");
  const capabilities = ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"].every((name) => /^0+$/.test(field(name)));
  const isIn = field("Groups")
    .split(/\s+/)
    .filter(Boolean)
    .map(Number)
    .sort((a, b) => a - b);
  const mayBeIn = [...gids].sort((a, b) => a - b);
  return (
    field("Uid") === ids && field("Gid") === ids && isIn.join() === mayBeIn.join() && capabilities && field("NoNewPrivs") === "1" && field("Seccomp") === "2"
  );
}
