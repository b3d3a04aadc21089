import { randomBytes } from "node:crypto";
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type Docker from "dockerode";
import { z } from "zod";
import { randomText } from "#server/ids.ts";
import type { KernelsDescription, Protection } from "#server/ports/kernels.ts";
import type { Ground } from "./ground.ts";
import { withFonts } from "./start-kernel.ts";

/** What a container that is made exactly like a kernel's found out about itself, and what the engine says of its machine. */
export type Findings = z.infer<typeof findingsSchema> & {
  readonly limits: { readonly memory: boolean; readonly cpu: boolean; readonly processes: boolean };
  /** Whether it saw a file that was just written here: else the engine is on another machine, or sees other folders. */
  readonly seesFolders: boolean;
  /** Whether we see its processes: what is deleted and still open can be counted then. */
  readonly seesProcesses: boolean;
};

const findingsSchema = z.object({
  said: z.string(),
  uid: z.number(),
  capabilities: z.boolean(),
  privileges: z.boolean(),
  filter: z.number(),
  interfaces: z.array(z.string()),
  written: z.array(z.string()),
});

const script = `
import json, os
def text(path):
    try:
        with open(path) as file: return file.read()
    except OSError: return ''
def writes(path):
    try:
        with open(path, 'w'): return True
    except OSError: return False
status = dict(line.split(':\\t', 1) for line in text('/proc/self/status').splitlines() if ':\\t' in line)
print(json.dumps({
    'said': text('/work/said'), 'uid': os.getuid(), 'filter': int(status['Seccomp']), 'privileges': status['NoNewPrivs'] != '1',
    'capabilities': any(int(status[name], 16) for name in ('CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb')),
    'interfaces': sorted(os.listdir('/sys/class/net')), 'written': [path for path in ('/x', '/etc/x', '/usr/x', '/dev/x') if writes(path)],
}))
`;

const trialLimits = { memoryBytes: 256 * 1024 * 1024, cpus: 1, processes: 64, diskBytes: 1024 * 1024 };
/** Below those of kernels. */
const trialUid = 599_999;

/** Throws where no container can be made. */
export async function tryContainer(engine: Docker, ground: Ground): Promise<Findings> {
  const folder = await mkdtemp(path.join(ground.sessionsFolder, "trial-"));
  const said = randomBytes(8).toString("hex");
  const uid = ground.isRoot ? trialUid : ground.ownUid;
  try {
    const work = path.join(folder, "work");
    await mkdir(work, { mode: 0o755 });
    await writeFile(path.join(work, "said"), said);
    await chmod(path.join(work, "said"), 0o644);
    if (ground.isRoot) await chown(work, uid, uid);
    const container = await ground.containers.run({
      ...ground.common,
      kind: "trial",
      sessionId: `trial_${randomText(12)}`,
      imageId: ground.images.kernel.id,
      uid,
      gid: ground.isRoot ? uid : ground.ownGid,
      limits: trialLimits,
      mounts: [{ source: work, target: "/work", access: "write" }],
      memoryFolders: ["/tmp"],
      environment: { PATH: "/usr/bin:/bin" },
      command: [...withFonts, "/usr/bin/python3", "-I", "-c", script],
      hasInput: false,
    });
    try {
      const seesProcesses = (await container.hostPid) !== null;
      await container.exited;
      const lastWords = await container.lastWords();
      const line = lastWords.split("\n").find((one) => one.startsWith("{"));
      if (line === undefined) throw new Error(`A container on trial said nothing to be understood: ${lastWords.slice(0, 300)}`);
      const found = findingsSchema.parse(JSON.parse(line));
      const { MemoryLimit, CpuCfsQuota, PidsLimit } = await engine.info();
      const limits = { memory: MemoryLimit === true, cpu: CpuCfsQuota === true, processes: PidsLimit === true };
      return { ...found, seesFolders: found.said === said, seesProcesses, limits };
    } finally {
      await container.remove();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** In words for the operator: every protection, whether it was found to hold, and by what. */
export function describeProtections(found: Findings, { isRoot, runtime }: { isRoot: boolean; runtime: string | null }): readonly Protection[] {
  const within = runtime === null ? "a container" : `a container (${runtime})`;
  const networks = found.interfaces.filter((name) => name !== "lo");
  const limited = (holds: boolean, what: string): Omit<Protection, "name"> =>
    holds ? { holds, how: `Limited by the container engine (${what}).` } : { holds, how: `The container engine cannot limit ${what} on this machine.` };
  const isReadOnly = found.written.length === 0;
  return [
    {
      name: "files",
      holds: isReadOnly,
      how: isReadOnly
        ? `A kernel in ${within} sees its image (read-only) and its own work folder, nothing else of this machine.`
        : `It could write to ${found.written.join(", ")}.`,
    },
    {
      name: "network",
      holds: networks.length === 0,
      how: networks.length === 0 ? "No network at all; this machine's ports cannot be reached." : `It has ${networks.join(", ")}.`,
    },
    {
      name: "user",
      holds: !found.capabilities && !found.privileges && found.uid !== 0,
      how:
        found.capabilities || found.privileges || found.uid === 0
          ? "It has capabilities, or a way to gain some."
          : `${isRoot ? "Every kernel has a uid of its own" : "Kernels have the server's own uid"}, no capabilities and no way to gain any.`,
    },
    { name: "memory", ...limited(found.limits.memory, "memory, as a whole") },
    { name: "cpu", ...limited(found.limits.cpu, "processor time") },
    { name: "processes", ...limited(found.limits.processes, "processes") },
    { name: "disk", holds: true, how: describeDisk(found) },
    {
      name: "syscalls",
      holds: found.filter === 2,
      how:
        found.filter === 2 ? "A seccomp filter refuses what notebooks do not need (mount, ptrace, bpf, io_uring, namespaces, ...)." : "No filter is in force.",
    },
  ];
}

function describeDisk({ seesProcesses }: Findings): string {
  const measured = "Single files are limited, the work folder is measured every second, memory disks have a size.";
  return seesProcesses ? measured : `${measured} Files that are deleted but still open are not counted: the engine's processes are not seen from here.`;
}

/** Whoever has kernels under the server's own uid still has them in containers: nothing of it is seen inside. */
export function isSafeForVisitors(protections: KernelsDescription["protections"]): boolean {
  return protections.every((protection) => protection.holds);
}
