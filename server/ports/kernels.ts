import type { Language } from "#lib/domain/worksheet.ts";
import type { Result } from "#lib/result.ts";

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
  /** Kills what a former life of this engine left behind; answers how many. */
  sweep(): Promise<number>;
  close(): Promise<void>;
};

export type StartKernel = {
  /** Unique, [a-z0-9_]+; names the sandbox, its folder and its cgroup. */
  readonly sessionId: string;
  readonly language: Language;
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
};
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
export type KernelExit = { readonly reason: "killed" | "exited" | "out_of_memory" | "disk_full"; readonly code: number | null };
