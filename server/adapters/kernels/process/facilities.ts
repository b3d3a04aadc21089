import { chown, mkdir, mkdtemp, readFile, readlink, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { KernelsDescription, Protection } from "#server/ports/kernels.ts";
import { type ControlGroups, openControlGroups } from "./control-groups.ts";
import { launch } from "./launch.ts";
import { runProgram } from "./run-program.ts";
import type { Runtime } from "./runtime-shape.ts";
import { buildSandboxArguments } from "./sandbox-arguments.ts";
import { buildSeccompFilter } from "./seccomp.ts";

/** What this machine offers for isolation, found out by trying. */
export type Facilities = {
  readonly isRoot: boolean;
  readonly sandbox: { readonly works: true; readonly canLimitTmpfs: boolean; readonly seccomp: Buffer } | { readonly works: false; readonly why: string };
  readonly groups: ControlGroups | null;
  readonly hostLinks: readonly string[];
};

/** Without a `scope` nothing is put into control groups. */
export async function examineFacilities(scope: string | null, runtime: Runtime): Promise<Facilities> {
  const isRoot = process.getuid?.() === 0;
  const hostLinks = await findHostLinks();
  return { isRoot, sandbox: await trySandbox(isRoot, runtime, hostLinks), groups: isRoot && scope !== null ? await openControlGroups(scope) : null, hostLinks };
}

const trialLimits = { memoryBytes: 256 * 1024 * 1024, cpus: 1, processes: 256, diskBytes: 1024 * 1024 };

/** Below those of kernels. */
const trialUid = 599_999;

/** Runs `true` in a sandbox exactly like a kernel's. */
async function trySandbox(isRoot: boolean, runtime: Runtime, hostLinks: readonly string[]): Promise<Facilities["sandbox"]> {
  if (process.arch !== "x64" && process.arch !== "arm64") return { works: false, why: `there is no system call filter for ${process.arch}` };
  const help = await runProgram("bwrap", ["--help"]);
  if (help.code !== 0) return { works: false, why: "bubblewrap is not installed (apt-get install bubblewrap)" };
  const seccomp = buildSeccompFilter(process.arch);
  const canLimitTmpfs = /--size\b/.test(help.stdout + help.stderr);
  const folder = await mkdtemp(path.join(os.tmpdir(), "sheaf-trial-"));
  try {
    const passwdFile = path.join(folder, "passwd");
    const logFile = path.join(folder, "log");
    const workFolder = path.join(folder, "work");
    await writeFile(passwdFile, "");
    await mkdir(workFolder, { mode: 0o700 });
    if (isRoot) await chown(workFolder, trialUid, trialUid);
    const identity = isRoot ? ({ kind: "own", uid: trialUid } as const) : ({ kind: "ours" } as const);
    const plan = {
      runtime,
      identity,
      limits: trialLimits,
      hasControlGroup: true,
      workFolder,
      socketFolder: folder,
      passwdFile,
      canLimitTmpfs,
      hostLinks,
      command: ["true"],
    };
    const code = await launch(["bwrap", ...buildSandboxArguments(plan)], { joinFiles: [], seccomp, logFile }).exit;
    if (code === 0) return { works: true, canLimitTmpfs, seccomp };
    return { works: false, why: `bubblewrap does not work here: ${(await readFile(logFile, "utf8")).trim().slice(0, 300) || `code ${code}`}` };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function findHostLinks(): Promise<string[]> {
  const names = ["bin", "sbin", "lib", "lib32", "lib64"];
  const targets = await Promise.all(names.map((name) => readlink(`/${name}`).catch(() => null)));
  return names.filter((_, index) => targets[index] !== null);
}

/** In words for the operator: every protection, whether it holds, and by what. */
export function describeProtections({ isRoot, sandbox, groups }: Facilities): readonly Protection[] {
  const by = groups ? `control groups, version ${groups.version}` : "";
  const boxed = (how: string): Omit<Protection, "name"> => (sandbox.works ? { holds: true, how } : { holds: false, how: `Not protected: ${sandbox.why}.` });
  return [
    { name: "files", ...boxed("A kernel sees its runtime (read-only) and its own work folder, nothing else of this machine.") },
    { name: "network", ...boxed("A network of its own without any way out; this machine's ports are not in it.") },
    {
      name: "user",
      ...(isRoot && sandbox.works
        ? boxed("Every kernel has a uid of its own, no capabilities and no way to gain any.")
        : boxed("A user namespace without capabilities; outside it is the server's own uid.")),
    },
    {
      name: "memory",
      ...(groups
        ? { holds: true, how: `Limited as a whole by ${by}.` }
        : { ...boxed("Limited for every process, and the sum is watched every second (control groups cannot be written here).") }),
    },
    {
      name: "cpu",
      ...(groups
        ? { holds: true, how: `Limited by ${by}.` }
        : { holds: false, how: "Only made nicer than the server: control groups cannot be written here." }),
    },
    { name: "processes", ...(groups ? { holds: true, how: `Limited by ${by}.` } : boxed("Limited for the sandbox's user.")) },
    { name: "disk", ...boxed("Single files are limited, the work folder is measured every second, memory disks have a size.") },
    { name: "syscalls", ...boxed("A seccomp filter refuses what notebooks do not need (mount, ptrace, bpf, io_uring, namespaces, ...).") },
  ];
}

/** The processor is the only thing that a stranger may take more of than planned: the run's time ends that. */
export function isSafeForVisitors(protections: KernelsDescription["protections"]): boolean {
  return protections.every((protection) => protection.holds || protection.name === "cpu");
}
