import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { Lab, StartLab } from "#server/ports/kernels.ts";
import { removeFolders } from "../process/session-folders.ts";
import type { LiveContainer } from "./containers.ts";
import type { StartedLab } from "./start-lab.ts";
import { createUsageMeter } from "./usage-meter.ts";

/** Kernels get three seconds each, at once; see `lab/start.py`. */
const orderlyMs = 8000;

export type SeenProcess = { readonly pid: number; readonly parent: number; readonly hasTerminal: boolean };
const topSchema = z.object({ Processes: z.array(z.array(z.string())).nullable() });
/** The last one is -1 where a process has no terminal: names of terminals mean nothing outside of the container. */
const columns = "pid,ppid,tpgid";

/** One lab of somebody, as the port shows it. */
export function labOf({ container, folders, secret, leaveNetwork }: StartedLab, request: StartLab): Lab {
  const meter = createUsageMeter(container);
  let stopping: Promise<void> | null = null;
  let killing: Promise<void> | null = null;

  const kill = (): Promise<void> => {
    killing ??= container
      .remove()
      .finally(leaveNetwork)
      .then(() => removeFolders([folders.session, folders.sockets, folders.socket]));
    return killing;
  };
  const stop = async (): Promise<void> => {
    if (!container.isGone()) {
      const asked = await container.terminate().then(
        () => true,
        () => false,
      );
      if (asked) await Promise.race([container.exited, sleep(orderlyMs)]);
    }
    await kill();
  };
  return {
    sessionId: request.sessionId,
    address: { kind: "socket", path: folders.socket },
    secret,
    warm: false,
    usage: meter.usage,
    terminalsBusy: async () => isTerminalBusy(await seeProcesses(container)),
    memoryKills: async () => container.memoryKills(),
    async stopWriters() {
      // What cannot be reached, because it leaves no process for us, is ended as a whole.
      if (!(await endGuests(container))) await container.stop("disk_full");
    },
    stop() {
      stopping ??= stop();
      return stopping;
    },
    kill,
    exited: container.exited,
  };
}

/** As the engine's machine counts them. */
async function seeProcesses(container: LiveContainer): Promise<readonly SeenProcess[]> {
  const said = topSchema.safeParse(await container.api.top({ ps_args: `-eo ${columns}` }).catch(() => null));
  return (said.data?.Processes ?? []).map(([pid, parent, terminal]) => ({ pid: Number(pid), parent: Number(parent), hasTerminal: terminal !== "-1" }));
}

/** The first process is the one whose parent is outside; the server is the only child that it was started with. */
export function isTerminalBusy(processes: readonly SeenProcess[]): boolean {
  const first = processes.find((one) => !processes.some((other) => other.pid === one.parent))?.pid;
  const childrenOf = (pid: number): SeenProcess[] => processes.filter((one) => one.parent === pid);
  const [server, ...orphans] = (first === undefined ? [] : childrenOf(first)).toSorted((one, other) => one.pid - other.pid);
  // What lost its parent was left running on purpose, by a shell that is closed.
  if (server === undefined || orphans.length > 0) return orphans.length > 0;
  return childrenOf(server.pid).some((shell) => shell.hasTerminal && childrenOf(shell.pid).length > 0);
}

/** Twice: what was born while we looked at the others. The first child of the first process is the server. */
const endGuestsScript = `read -r server _ </proc/1/task/1/children
for round in 1 2; do
  for folder in /proc/[0-9]*; do
    pid=\${folder#/proc/}
    case $pid in 1 | "$server" | $$) ;; *) kill -9 "$pid" 2>/dev/null ;; esac
  done
done
true`;

async function endGuests({ api }: LiveContainer): Promise<boolean> {
  try {
    const exec = await api.exec({ Cmd: ["/bin/sh", "-c", endGuestsScript], AttachStdout: true, AttachStderr: true });
    const stream = await exec.start({ hijack: false, stdin: false });
    stream.resume();
    await new Promise<void>((resolve) =>
      stream
        .once("end", resolve)
        .once("close", resolve)
        .once("error", () => resolve()),
    );
    return (await exec.inspect()).ExitCode === 0;
  } catch {
    return false;
  }
}
