import type { GroupFolder } from "#lib/domain/mounts.ts";
import type { Language } from "#lib/domain/worksheet.ts";
import type { Result } from "#lib/result.ts";
import type { MadeEnvironment } from "./environments.ts";

/**
 * Starts and stops kernels in isolation. Every adapter passes `server/adapters/kernels/contract.ts`.
 * A kernel is started, handed to one person, and killed: never reused.
 */
export type KernelsPort = {
  readonly name: string;
  /** What this adapter can and cannot protect on this machine; asked at boot, by `doctor` and by health. */
  describe(): Promise<KernelsDescription>;
  /** Resolves once the kernel answers kernel_info; "unavailable" with a readable reason otherwise. */
  start(request: StartKernel): Promise<Result<Kernel>>;
  /** A JupyterLab for one person, with their home at /home/<username>. Resolves once it answers; from the warm ones where there is one. */
  startLab(request: StartLab): Promise<Result<Lab>>;
  /** Starts warm labs until there are that many; where this adapter cannot, it does nothing. */
  keepLabsWarm(count: number): Promise<void>;
  /** Kills what a former life of this engine left behind; answers how many. */
  sweep(): Promise<number>;
  close(): Promise<void>;
};

export type StartLab = {
  /** Unique, [a-z0-9_]+; a lab that starts again has a new one. */
  readonly sessionId: string;
  readonly person: { readonly username: string; readonly uid: number | null };
  /** On this machine; becomes /home/<username>. */
  readonly homeFolder: string;
  /** Folders of the groups that the person is in; each becomes /mnt/<slug>, to read or to write as the role says. */
  readonly groups: readonly GroupFolder[];
  /** What the project asked for: its kernels and terminals find that first. As for kernels, "not_found" where it is gone. */
  readonly environment?: MadeEnvironment | null;
  /** Where the lab's file browser begins, relative to the home. */
  readonly folder: string;
  /** "/" where the lab has a host of its own, "/labs/<label>/" where hosts cannot be told apart. */
  readonly basePath: string;
  /** Origin of the page that may hold the lab in a frame and speak to it. */
  readonly pageOrigin: string;
  readonly limits: KernelLimits;
};

export type Lab = {
  readonly sessionId: string;
  readonly address: LabAddress;
  /** To be sent as `Authorization: token <secret>`; nobody but the gateway and the engine learns it. */
  readonly secret: string;
  readonly warm: boolean;
  usage(): Promise<KernelUsage>;
  /** Whether a terminal in it has something running besides its shell; its own server cannot be asked that. */
  terminalsBusy(): Promise<boolean>;
  /** How many processes in it were ended for using more memory than it may; the lab itself goes on where it can. */
  memoryKills(): Promise<number>;
  /** Ends the processes that write, when the home is beyond its limit; the lab itself stays, so that files can be removed. */
  stopWriters(): Promise<void>;
  /** Gives kernels a moment to end, then ends all. Files stay. */
  stop(): Promise<void>;
  kill(): Promise<void>;
  readonly exited: Promise<KernelExit>;
};

export type LabAddress = { readonly kind: "socket"; readonly path: string } | { readonly kind: "tcp"; readonly host: string; readonly port: number };

export type StartKernel = {
  /** Unique, [a-z0-9_]+; names the sandbox, its folder and its cgroup. */
  readonly sessionId: string;
  readonly language: Language;
  /** What its project asked for, made by the environments port of the same adapter; without it, the site's own. "not_found" where it is gone. */
  readonly environment?: MadeEnvironment | null;
  readonly limits: KernelLimits;
};

export type KernelLimits = {
  readonly memoryBytes: number;
  /** Share of one processor: 1 is a whole core. */
  readonly cpus: number;
  readonly processes: number;
  /** Largest single file, and the work folder as a whole. */
  readonly diskBytes: number;
};

export type KernelsDescription = {
  readonly protections: readonly Protection[];
  /** Whether strangers' values may run here: all protections that matter hold. */
  readonly safeForVisitors: boolean;
  readonly environment: { readonly name: string; readonly digest: string };
  readonly languages: readonly Language[];
  readonly labs: LabsDescription;
};
/** Whether labs can be had and how they are protected, in words for the operator; `warm`: whether some can wait beforehand, `waiting`: how many do. */
export type LabsDescription = { readonly works: boolean; readonly how: string; readonly warm: boolean; readonly waiting: number };
export type Protection = {
  readonly name: "files" | "network" | "user" | "memory" | "cpu" | "processes" | "disk" | "syscalls";
  readonly holds: boolean;
  readonly how: string;
};

export type Kernel = {
  readonly sessionId: string;
  readonly language: Language;
  /** Endpoints are ready to connect to, whatever the transport: "ipc:///…" or "tcp://…". */
  readonly connection: KernelConnection;
  /** A folder of the host that is the kernel's working directory; files put here before a run are the kernel's to read and change. */
  readonly workFolder: string;
  /** Gives the kernel the files: copies a folder's content into the work folder with the kernel's ownership. */
  giveFiles(fromFolder: string): Promise<void>;
  usage(): Promise<KernelUsage>;
  /** Changes the memory limit of a warm kernel to that of the person it is given to; false where that cannot be done. */
  limitMemory?(memoryBytes: number): Promise<boolean>;
  /** Ends like KeyboardInterrupt; the kernel lives on. */
  interrupt(): Promise<void>;
  /** Ends every process in the sandbox; the work folder stays, so that nobody changes it while it is read. */
  stop(): Promise<void>;
  /** Stops, and removes the sandbox's folders; safe to call twice. */
  kill(): Promise<void>;
  /** Resolves when the kernel is gone, with why. */
  readonly exited: Promise<KernelExit>;
};

export type KernelConnection = {
  readonly shell: string;
  readonly iopub: string;
  readonly control: string;
  readonly stdin: string;
  readonly heartbeat: string;
  readonly key: string;
  readonly signatureScheme: "hmac-sha256";
};

export type KernelUsage = { readonly memoryBytes: number; readonly peakMemoryBytes: number; readonly cpuSeconds: number };
/** "lost": what isolates it went away or ended it (a container engine that was restarted); neither the kernel nor we did anything. */
export type KernelExit = { readonly reason: "killed" | "exited" | "out_of_memory" | "disk_full" | "lost"; readonly code: number | null };
