import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import type { Logger } from "#server/log.ts";
import type { KernelExit } from "#server/ports/kernels.ts";
import { readLog } from "./container-log.ts";
import { type ContainerPlan, containerOptions, labels } from "./container-options.ts";
import { isAbsent, isAway, isBeside } from "./engine.ts";
import { type ContainerEvent, type EventWatch, watchEvents } from "./events.ts";

/** One of our containers, from its start until it is removed. */
export type LiveContainer = {
  readonly id: string;
  readonly sessionId: string;
  /** Of its first process; null where the engine's processes are not seen from here. */
  readonly hostPid: Promise<number | null>;
  readonly exited: Promise<KernelExit>;
  readonly isGone: () => boolean;
  /** How often the operating system ended something in it for want of memory. */
  memoryKills(): number;
  /** Like KeyboardInterrupt. */
  interrupt(): Promise<void>;
  /** Asks it to end. */
  terminate(): Promise<void>;
  /** Ends every process in it; `why` is what `exited` will say. */
  stop(why?: KernelExit["reason"]): Promise<void>;
  remove(): Promise<void>;
  limit(limits: { readonly memoryBytes: number }): Promise<void>;
  /** What it wrote last. */
  lastWords(): Promise<string>;
  readonly api: Docker.Container;
};

export type Containers = {
  run(plan: ContainerPlan, input?: string): Promise<LiveContainer>;
  /** From now on what bears our label and is not held here is removed, whenever the engine is met. Answers how many that were. */
  sweep(): Promise<number>;
  readonly watch: EventWatch;
  close(): void;
};

/** For how long somebody who starts or ends something waits for an engine that is being restarted. */
const patienceMs = 60_000;
/** News of lacking memory may come after that of the end. */
const lateNewsMs = 300;
const killedBySignal9 = 137;
const lookMs = 200;

type Tracked = {
  readonly hostPid: Promise<number | null>;
  reason: KernelExit["reason"] | null;
  memoryKills: number;
  gone: boolean;
  readonly exited: PromiseWithResolvers<KernelExit>;
};

/** All containers of one engine of one data folder. What the container engine says is believed; what it missed is asked for. */
export function openContainers(engine: Docker, scope: string, log: Logger): Containers {
  const live = new Map<string, Tracked>();
  const creating = new Set<string>();
  let owns = false;

  const settle = async (id: string, tracked: Tracked, code: number | null): Promise<void> => {
    if (tracked.gone) return;
    tracked.gone = true;
    if (tracked.reason === null && code === killedBySignal9 && tracked.memoryKills === 0) {
      await sleep(lateNewsMs);
      if (await saysMemory(engine, id)) tracked.memoryKills += 1;
    }
    if (tracked.reason === null && code !== 0 && tracked.memoryKills > 0) tracked.reason = "out_of_memory";
    tracked.exited.resolve({ reason: tracked.reason ?? "exited", code });
  };

  const onEvent = (event: ContainerEvent): void => {
    const tracked = live.get(event.id);
    if (!tracked) return;
    if (event.kind === "memory") tracked.memoryKills += 1;
    // Our own signals to end something are sent after its reason is known: this one is somebody else's, as when the engine stops.
    else if (event.kind === "signalled") tracked.reason ??= ["9", "15"].includes(event.signal) ? "lost" : null;
    else void settle(event.id, tracked, event.code);
  };

  /** What happened while nobody listened: ours that ended, and what is nobody's. */
  const reconcile = async (): Promise<number> => {
    const found = await engine.listContainers({ all: true, filters: { label: [`${labels.scope}=${scope}`] } });
    const running = new Map(found.map((one) => [one.Id, one.State === "running" || one.State === "paused"]));
    for (const [id, tracked] of live) {
      if (running.get(id)) continue;
      tracked.reason ??= "lost";
      await settle(id, tracked, await exitCodeOf(engine, id));
    }
    const orphans = owns ? found.filter((one) => !live.has(one.Id) && !creating.has(one.Labels[labels.session] ?? "")) : [];
    for (const orphan of orphans) {
      log.info({ container: orphan.Id.slice(0, 12), session: orphan.Labels[labels.session] }, "a container of nobody is removed");
      await removeContainer(engine, orphan.Id);
    }
    return orphans.length;
  };

  const watch = watchEvents(engine, scope, onEvent, async () => {
    await reconcile();
  });

  /** An engine that comes back ends what it finds before it says a word; whoever waits for a kernel should know at once. */
  const lookForEnded = async (): Promise<void> => {
    for (const [id, tracked] of live) {
      const pid = await tracked.hostPid;
      if (pid === null || tracked.gone || watch.isThere() || (await isOf(id, pid))) continue;
      tracked.reason ??= "lost";
      await settle(id, tracked, null);
    }
  };
  const looking = setInterval(() => void (watch.isThere() ? undefined : lookForEnded()), lookMs).unref();

  return {
    watch,
    async run(plan, input) {
      await watch.untilThere(patienceMs);
      creating.add(plan.sessionId);
      try {
        const api = await engine.createContainer(containerOptions(plan));
        const begun = Promise.withResolvers<number | null>();
        const tracked: Tracked = { hostPid: begun.promise, reason: null, memoryKills: 0, gone: false, exited: Promise.withResolvers() };
        live.set(api.id, tracked);
        try {
          await begin(api, input);
          begun.resolve(findHostPid(api));
        } catch (error) {
          begun.resolve(null);
          live.delete(api.id);
          await removeContainer(engine, api.id).catch(() => undefined);
          throw error;
        }
        return liveContainer({ engine, api, sessionId: plan.sessionId, tracked, watch, forget: () => live.delete(api.id), settle });
      } finally {
        creating.delete(plan.sessionId);
      }
    },
    async sweep() {
      owns = true;
      await watch.untilThere(patienceMs);
      return reconcile();
    },
    close() {
      clearInterval(looking);
      watch.stop();
    },
  };
}

async function findHostPid(api: Docker.Container): Promise<number | null> {
  const seen = await api.inspect().catch(() => null);
  const pid = seen?.State.Pid ?? 0;
  // Counted otherwise where the engine's processes are not seen from here.
  return pid > 0 && (await isOf(api.id, pid)) ? pid : null;
}

/** Whether it is still the container's: its number may be somebody else's by now. */
async function isOf(id: string, pid: number): Promise<boolean> {
  return (await readFile(`/proc/${pid}/cgroup`, "utf8").catch(() => "")).includes(id);
}

async function begin(api: Docker.Container, input: string | undefined): Promise<void> {
  if (input === undefined) return void (await api.start());
  const pipe = await api.attach({ stream: true, stdin: true, hijack: true });
  pipe.on("error", () => undefined);
  await api.start();
  pipe.end(input);
}

type Held = {
  readonly engine: Docker;
  readonly api: Docker.Container;
  readonly sessionId: string;
  readonly tracked: Tracked;
  readonly watch: EventWatch;
  readonly forget: () => void;
  readonly settle: (id: string, tracked: Tracked, code: number | null) => Promise<void>;
};

function liveContainer({ engine, api, sessionId, tracked, watch, forget, settle }: Held): LiveContainer {
  let removing: Promise<void> | null = null;
  /** Tried again when the engine is back: until then it may run on. */
  const surely = async (act: () => Promise<unknown>): Promise<void> => {
    for (;;) {
      try {
        return void (await act());
      } catch (error) {
        if (isBeside(error)) return;
        if (!isAway(error)) throw error;
        await sleep(50);
        await watch.untilThere(patienceMs);
      }
    }
  };
  const { hostPid } = tracked;
  const signal = async (name: NodeJS.Signals): Promise<void> => {
    if (tracked.gone || (await signalHere(await hostPid, api.id, name))) return;
    await surely(() => (tracked.gone ? Promise.resolve() : api.kill({ signal: name })));
  };
  let interrupting: Promise<void> | null = null;
  const remove = async (): Promise<void> => {
    if (!tracked.gone) tracked.reason ??= "killed";
    try {
      await surely(() => removeContainer(engine, api.id));
    } finally {
      await settle(api.id, tracked, killedBySignal9);
      // One that could not be removed is nobody's from now on: it goes when the engine is met again.
      forget();
    }
  };
  return {
    id: api.id,
    sessionId,
    api,
    hostPid,
    exited: tracked.exited.promise,
    isGone: () => tracked.gone,
    memoryKills: () => tracked.memoryKills,
    interrupt() {
      // One at a time: several that arrive together end a kernel instead of its cell.
      interrupting ??= signal("SIGINT").finally(() => {
        interrupting = null;
      });
      return interrupting;
    },
    async terminate() {
      if (!tracked.gone) tracked.reason ??= "killed";
      await signal("SIGTERM");
    },
    async stop(why = "killed") {
      if (tracked.gone) return;
      tracked.reason ??= why;
      await signal("SIGKILL");
      await tracked.exited.promise;
    },
    remove() {
      removing ??= remove();
      return removing;
    },
    limit: async ({ memoryBytes }) => void (await api.update({ Memory: memoryBytes, MemorySwap: memoryBytes })),
    lastWords: () => readLog(api),
  };
}

/** At once where the engine's processes are seen from here, instead of by way of three programs. */
async function signalHere(pid: number | null, id: string, name: NodeJS.Signals): Promise<boolean> {
  if (pid === null || !(await isOf(id, pid))) return false;
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

async function removeContainer(engine: Docker, id: string): Promise<void> {
  try {
    await engine.getContainer(id).remove({ force: true, v: true });
  } catch (error) {
    if (!isBeside(error)) throw error;
    // Somebody else is at it: until it is gone, its folders are in use.
    for (let attempt = 0; attempt < 200 && (await isStillThere(engine, id)); attempt += 1) await sleep(50);
  }
}

async function isStillThere(engine: Docker, id: string): Promise<boolean> {
  return engine
    .getContainer(id)
    .inspect()
    .then(
      () => true,
      (error: unknown) => !isAbsent(error),
    );
}

async function saysMemory(engine: Docker, id: string): Promise<boolean> {
  const seen = await engine
    .getContainer(id)
    .inspect()
    .catch(() => null);
  return seen?.State.OOMKilled ?? false;
}

async function exitCodeOf(engine: Docker, id: string): Promise<number | null> {
  const seen = await engine
    .getContainer(id)
    .inspect()
    .catch(() => null);
  return seen?.State.ExitCode ?? null;
}
