import { access, readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fail, ok, type Result } from "#lib/result.ts";
import { randomText } from "#server/ids.ts";
import type { Logger } from "#server/log.ts";
import { environmentGone } from "#server/ports/environments.ts";
import type { KernelLimits, Lab, LabsDescription, StartLab } from "#server/ports/kernels.ts";
import type { LabProcess } from "./lab-process.ts";
import { whyNoSlot } from "./lab-slot.ts";
import { assignLab, type LabGround, type LabHome, launchLab } from "./start-lab.ts";

export type Labs = {
  describe(): LabsDescription;
  start(request: StartLab): Promise<Result<Lab>>;
  keepWarm(count: number): Promise<void>;
  /** All that live, for a sweep to leave alone. */
  living(): readonly LabProcess[];
  close(): Promise<void>;
};

/** A lab that waits gets half a processor and little memory until it is somebody's: whoever works now comes first. */
const waitingLimits: KernelLimits = { memoryBytes: 512 * 1024 * 1024, cpus: 0.5, processes: 64, diskBytes: 1024 * 1024 * 1024 };
const warmTimeoutMs = 120_000;
const lookMs = 1000;

/** JupyterLabs as sandboxed processes. A warm one has everything imported and becomes a person's when one asks. */
export async function createLabs(ground: LabGround, log: Logger): Promise<Labs> {
  const { isRoot, groups } = ground.facilities;
  const noLabs = await whyNoLabs(ground);
  const noWarm = noLabs ?? (await whyNoSlot());
  const live = new Map<string, LabProcess>();
  const memoryLimits = new Map<LabProcess, number>();
  const warm = new Set<LabProcess>();
  let warming: Promise<void> = Promise.resolve();
  let closed = false;

  const launchNamed = async (limits: KernelLimits, home: LabHome | null): Promise<LabProcess> => {
    const lab = await launchLab(ground, `lab_${randomText(16)}`, limits, home);
    live.set(lab.name, lab);
    return lab;
  };
  const end = async (lab: LabProcess): Promise<void> => {
    warm.delete(lab);
    await lab.kill().catch((error: unknown) => log.warn({ err: error, name: lab.name }, "a lab was not cleaned up"));
    live.delete(lab.name);
    memoryLimits.delete(lab);
  };
  const takeWarm = (): LabProcess | null => {
    const [lab = null] = warm;
    if (lab) warm.delete(lab);
    return lab;
  };

  const start = async (request: StartLab, mayBeWarm: boolean): Promise<Result<Lab>> => {
    const environmentFolder = request.environment ? ground.environmentOf(request.environment) : null;
    if (request.environment && environmentFolder === null) return environmentGone;
    const home = { username: request.person.username, homeFolder: request.homeFolder, groups: request.groups, environmentFolder };
    // One that waits has its mounts already, but for the home.
    const waiting = mayBeWarm && environmentFolder === null && request.groups.length === 0 ? takeWarm() : null;
    const lab = waiting ?? (await launchNamed(request.limits, home));
    const assigned = await assignLab(lab, request, waiting !== null, log);
    if (!assigned.ok) {
      await end(lab);
      // Whatever is wrong with one that waited, a fresh one may be right.
      return waiting === null ? assigned : start(request, false);
    }
    memoryLimits.set(lab, request.limits.memoryBytes);
    void lab.exited.then(() => end(lab));
    return ok(asLab(lab, request, assigned.value.secret, waiting !== null));
  };

  const warmOne = async (): Promise<void> => {
    const lab = await launchNamed(waitingLimits, null);
    if (closed || !(await isWaiting(lab))) {
      const lastWords = (await readFile(lab.folders.logFile, "utf8").catch(() => "")).slice(-2000);
      if (!closed) log.warn({ name: lab.name, lastWords }, "a lab did not get ready to wait");
      return end(lab);
    }
    warm.add(lab);
    void lab.exited.then(() => (warm.has(lab) ? end(lab) : undefined));
  };

  const endWhatIsTooLarge = async ([lab, limitBytes]: [LabProcess, number]): Promise<void> => {
    if ((await lab.usage()).memoryBytes > limitBytes) await lab.endLargest();
  };
  const watch = groups ? undefined : setInterval(() => void Promise.all([...memoryLimits].map(endWhatIsTooLarge)), lookMs).unref();

  return {
    describe: () => ({ ...describeLabs(noLabs, noWarm, isRoot), waiting: warm.size }),
    async start(request) {
      if (noLabs !== null) return fail("unavailable", `Labs cannot be opened on this server: ${noLabs}.`);
      if (closed) return fail("unavailable", "The server is stopping.");
      if (isRoot && request.person.uid === null) return fail("unavailable", "This account has no user id on this server.");
      if (!isHomeName(request.person.username) || !isInside(request.folder)) return fail("invalid", "This folder cannot be opened.");
      try {
        return await start(request, true);
      } catch (error) {
        log.warn({ err: error, sessionId: request.sessionId }, "a lab could not be started");
        return fail("unavailable", "A lab could not be started on this server.");
      }
    },
    keepWarm(count) {
      if (noWarm !== null) return Promise.resolve();
      warming = warming.then(async () => {
        for (let missing = count - warm.size; missing > 0 && !closed; missing -= 1)
          await warmOne().catch((error: unknown) => log.warn({ err: error }, "a warm lab could not be started"));
      });
      return warming;
    },
    living: () => [...live.values()],
    async close() {
      closed = true;
      clearInterval(watch);
      await Promise.all([...live.values()].map(end));
      await warming;
    },
  };
}

function asLab(lab: LabProcess, { sessionId }: StartLab, secret: string, isWarm: boolean): Lab {
  const { usage, terminalsBusy, memoryKills, stopWriters, stop, kill, exited } = lab;
  return {
    sessionId,
    address: { kind: "socket", path: lab.folders.socket },
    secret,
    warm: isWarm,
    usage,
    terminalsBusy,
    memoryKills,
    stopWriters,
    stop,
    kill,
    exited,
  };
}

/** Until it says that it has nothing left to do without a person. */
async function isWaiting(lab: LabProcess): Promise<boolean> {
  for (const deadline = performance.now() + warmTimeoutMs; performance.now() < deadline && !lab.isGone(); await sleep(lookMs / 10))
    if ((await readFile(lab.folders.logFile, "utf8").catch(() => "")).includes("sheaf-lab: waiting")) return true;
  return false;
}

async function whyNoLabs({ facilities, runtime }: LabGround): Promise<string | null> {
  if (!facilities.sandbox.works) return `they would not be isolated (${facilities.sandbox.why})`;
  const packages = path.join(runtime.root ?? "/", "usr/lib/python3/dist-packages");
  for (const module of ["jupyterlab/labapp.py", "notebook/notebookapp.py"]) if (await isThere(path.join(packages, module))) return null;
  return "there is no JupyterLab in its environment";
}

function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

function describeLabs(noLabs: string | null, noWarm: string | null, isRoot: boolean): Omit<LabsDescription, "waiting"> {
  if (noLabs !== null) return { works: false, how: `Labs cannot be opened: ${noLabs}.`, warm: false };
  const who = isRoot ? "as a uid of the person's own" : "in a user namespace";
  const how = `Each lab runs in a sandbox ${who}, sees the person's home and nothing else of this machine, and has no network.`;
  return noWarm === null
    ? { works: true, how: `${how} One that waits is given away in well under a second.`, warm: true }
    : { works: true, how: `${how} Each start takes a second or so, since none can wait beforehand: ${noWarm}.`, warm: false };
}

/** As the last name of a path, and of a mount. */
export function isHomeName(name: string): boolean {
  return /^[a-z0-9_][a-z0-9._-]{0,63}$/.test(name);
}

export function isInside(folder: string): boolean {
  return folder === "" || folder.split("/").every((name) => name !== "" && name !== "." && name !== ".." && !name.includes("\0"));
}
