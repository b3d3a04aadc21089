import type { Language } from "#lib/domain/worksheet.ts";
import type { KernelLimits } from "#server/ports/kernels.ts";
import type { Runtime } from "./runtime-shape.ts";

/** Where things lie inside every sandbox. What a project asked for lies where every root folder has a place, since none can be made. */
export const inside = { work: "/work", sockets: "/opt/sheaf/sockets", home: "/home/user", fonts: "/tmp/.matplotlib", environment: "/srv" } as const;

/** File descriptors that the sandbox gets beside standard input, output and error. */
export const descriptors = { seccomp: 3, info: 4 } as const;

export type SandboxPlan = {
  readonly runtime: Runtime;
  /** "own": root started us, the kernel gets this uid of its own. "ours": an ordinary user did, in a user namespace. */
  readonly identity: { readonly kind: "own"; readonly uid: number } | { readonly kind: "ours" };
  readonly limits: KernelLimits;
  /** Without a control group the memory limit holds for each process. */
  readonly hasControlGroup: boolean;
  readonly workFolder: string;
  readonly socketFolder: string;
  readonly passwdFile: string;
  /** Whether this bubblewrap can limit the size of a tmpfs (0.7 and newer). */
  readonly canLimitTmpfs: boolean;
  /** Top-level folders of the host that are links into /usr, for the host's own runtime. */
  readonly hostLinks: readonly string[];
  readonly command: readonly string[];
  /** What the project asked for; written to only while it is made. */
  readonly environment?: { readonly folder: string; readonly access: "read" | "write" } | null;
};

/** Arguments of `bwrap`: what the kernel sees, and as whom it runs. */
export function buildSandboxArguments(plan: SandboxPlan): string[] {
  return [
    ...[
      "--die-with-parent",
      "--new-session",
      "--unshare-pid",
      "--unshare-ipc",
      "--unshare-uts",
      "--unshare-net",
      "--unshare-cgroup-try",
      "--hostname",
      "worksheet",
    ],
    ...identityArguments(plan),
    ...environmentArguments(plan.limits),
    ...(plan.runtime.root === null ? hostArguments(plan.hostLinks) : ["--ro-bind", plan.runtime.root, "/"]),
    ...["--proc", "/proc", "--dev", "/dev"],
    ...tmpfs(plan, "/dev/shm"),
    ...["--remount-ro", "/dev"],
    ...tmpfs(plan, "/tmp"),
    ...tmpfs(plan, inside.home),
    ...["--perms", "0777", "--dir", inside.fonts],
    ...(plan.runtime.fontList === null ? [] : ["--ro-bind", plan.runtime.fontList, `${inside.fonts}/${plan.runtime.fontList.split("/").at(-1)}`]),
    ...(plan.environment ? [plan.environment.access === "write" ? "--bind" : "--ro-bind", plan.environment.folder, inside.environment] : []),
    ...["--ro-bind", plan.passwdFile, "/etc/passwd"],
    ...["--bind", plan.socketFolder, inside.sockets, "--bind", plan.workFolder, inside.work, "--chdir", "/"],
    ...["--seccomp", String(descriptors.seccomp), "--info-fd", String(descriptors.info)],
    "--",
    ...(plan.identity.kind === "own" ? becomeUser(plan.identity.uid) : []),
    // Only the kernel's own uid may enter its work folder, not even root without capabilities.
    ...["env", `--chdir=${inside.work}`],
    ...processLimits(plan.limits, plan.hasControlGroup),
    ...plan.command,
  ];
}

/**
 * Root mounts (so that folders which only root may enter can be bound) and then drops to the kernel's uid inside;
 * the three capabilities are for that step alone and are gone after it.
 */
export function identityArguments({ identity }: Pick<SandboxPlan, "identity">): string[] {
  if (identity.kind === "ours") return ["--unshare-user", "--uid", "1000", "--gid", "1000", "--cap-drop", "ALL"];
  return ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--cap-add", "CAP_SETPCAP"];
}

/** For good: without capabilities and without any way to gain some. */
export function becomeUser(uid: number): string[] {
  return [
    "setpriv",
    `--reuid=${uid}`,
    `--regid=${uid}`,
    "--clear-groups",
    "--no-new-privs",
    "--inh-caps=-all",
    "--ambient-caps=-all",
    "--bounding-set=-all",
    "--",
  ];
}

/** Per process, as a second line behind the control group or as the only one. */
export function processLimits(limits: KernelLimits, hasControlGroup: boolean, { countedByGroup = false } = {}): string[] {
  return [
    "prlimit",
    "--core=0",
    "--nofile=4096",
    `--fsize=${limits.diskBytes}`,
    // Counts all processes of a uid: whoever may have several sandboxes is counted by their groups.
    ...(countedByGroup ? [] : [`--nproc=${limits.processes}`]),
    ...(hasControlGroup ? [] : [`--as=${limits.memoryBytes}`]),
    "--",
  ];
}

/** The kernel's whole environment: nothing of the server's is passed on. */
export function kernelEnvironment(limits: KernelLimits): Record<string, string> {
  const threads = String(Math.max(1, Math.ceil(limits.cpus)));
  return {
    PATH: "/usr/local/bin:/usr/bin:/bin",
    HOME: inside.home,
    USER: "user",
    LOGNAME: "user",
    LANG: "C.UTF-8",
    TZ: "Etc/UTC",
    TMPDIR: "/tmp",
    PYTHONDONTWRITEBYTECODE: "1",
    MPLBACKEND: "module://matplotlib_inline.backend_inline",
    MPLCONFIGDIR: inside.fonts,
    // Libraries count the machine's processors, not our share of them.
    OMP_NUM_THREADS: threads,
    OPENBLAS_NUM_THREADS: threads,
    NUMEXPR_NUM_THREADS: threads,
    // The debugger's check of frozen modules only prints a warning at every start.
    PYDEVD_DISABLE_FILE_VALIDATION: "1",
  };
}

function environmentArguments(limits: KernelLimits): string[] {
  return ["--clearenv", ...Object.entries(kernelEnvironment(limits)).flatMap(([name, value]) => ["--setenv", name, value])];
}

/** Kept in memory, so a quarter of the kernel's memory at most, and never more than half a gigabyte. */
export function tmpfs(plan: Pick<SandboxPlan, "limits" | "canLimitTmpfs">, at: string): string[] {
  const bytes = Math.min(512 * 1024 * 1024, Math.floor(plan.limits.memoryBytes / 4));
  return ["--perms", "1777", ...(plan.canLimitTmpfs ? ["--size", String(bytes)] : []), "--tmpfs", at];
}

/** What programs of the host's packages read, and nothing that names people or holds secrets. */
const hostConfiguration = [
  "alternatives",
  "fonts",
  "ld.so.cache",
  "ld.so.conf",
  "ld.so.conf.d",
  "R",
  "matplotlibrc",
  "python3",
  "ssl/certs",
  "ssl/openssl.cnf",
  "localtime",
  "mime.types",
  "nsswitch.conf",
];

export function hostArguments(hostLinks: readonly string[]): string[] {
  const links = hostLinks.flatMap((name) => ["--symlink", `usr/${name}`, `/${name}`]);
  return ["--ro-bind", "/usr", "/usr", ...links, ...hostConfiguration.flatMap((name) => ["--ro-bind-try", `/etc/${name}`, `/etc/${name}`])];
}

/** With the connection file's path filled in; Python is that of the environment that the project asked for. */
export function kernelCommand(runtime: Runtime, language: Language, connectionFile: string, { hasEnvironment = false } = {}): string[] {
  const [program = "", ...args] = runtime.commands[language].map((argument) => argument.replace("{connection}", connectionFile));
  return [hasEnvironment && language === "python" ? `${inside.environment}/bin/python3` : program, ...args];
}
