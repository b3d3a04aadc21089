import type { ContainerCreateOptions, MountSettings } from "dockerode";
import type { KernelLimits } from "#server/ports/kernels.ts";

/** What of this machine a container sees, and where. `volume`: the engine mounts it by that driver's options, and `source` is its name. */
export type Mount = {
  readonly source: string;
  readonly target: string;
  readonly access: "read" | "write";
  readonly volume?: { readonly type: string; readonly o: string; readonly device: string };
};

export type ContainerPlan = {
  /** "trial" looks at what holds, and is gone. */
  readonly kind: "kernel" | "lab" | "trial";
  readonly sessionId: string;
  /** One engine of one data folder: what bears it is ours to keep or to remove. */
  readonly scope: string;
  /** By its id, so that a new image of the same name changes nothing that runs. */
  readonly imageId: string;
  readonly uid: number;
  readonly gid: number;
  /** Groups that it is in besides its own. */
  readonly gids?: readonly number[];
  readonly limits: KernelLimits;
  readonly mounts: readonly Mount[];
  /** Folders in memory that everybody may write to, and those that only hold what is mounted in them. */
  readonly memoryFolders: readonly string[];
  readonly closedFolders?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly command: readonly string[];
  readonly hasInput: boolean;
  readonly seccomp: string;
  /** Name of a network; without one it has none at all. */
  readonly network?: string;
  /** Another runtime than the engine's usual one, such as "runsc". */
  readonly runtime: string | null;
};

export const labels = { kind: "sheaf.kind", session: "sheaf.session", scope: "sheaf.engine" } as const;

/** What is written to its standard output is for its last words alone. */
const logBytes = "1m";
const openFiles = 4096;

/** All that a container is made with. Nothing here depends on the machine: that is asked beforehand. */
export function containerOptions(plan: ContainerPlan): ContainerCreateOptions & { HostConfig: { CgroupnsMode: "private" } } {
  const { limits } = plan;
  return {
    name: `sheaf-${plan.scope}-${plan.sessionId}`,
    Image: plan.imageId,
    Hostname: plan.kind === "lab" ? "lab" : "worksheet",
    User: `${plan.uid}:${plan.gid}`,
    // Of the image alone: an entry of its own would be one more thing that a rebuilt image can change.
    Entrypoint: ["/usr/bin/tini", "--"],
    Cmd: [...plan.command],
    Env: Object.entries(plan.environment).map(([name, value]) => `${name}=${value}`),
    WorkingDir: "/",
    Labels: { [labels.kind]: plan.kind, [labels.session]: plan.sessionId, [labels.scope]: plan.scope },
    OpenStdin: plan.hasInput,
    StdinOnce: plan.hasInput,
    AttachStdin: plan.hasInput,
    HostConfig: {
      GroupAdd: plan.gids?.map(String) ?? [],
      NetworkMode: plan.network ?? "none",
      IpcMode: "private",
      CgroupnsMode: "private",
      Mounts: plan.mounts.map(bind),
      Tmpfs: memoryMounts(plan),
      ShmSize: memoryFolderBytes(limits),
      ReadonlyRootfs: true,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges:true", `seccomp=${plan.seccomp}`],
      Memory: limits.memoryBytes,
      MemorySwap: limits.memoryBytes,
      NanoCpus: Math.max(10_000_000, Math.round(limits.cpus * 1e9)),
      PidsLimit: limits.processes,
      Ulimits: [
        { Name: "core", Soft: 0, Hard: 0 },
        { Name: "nofile", Soft: openFiles, Hard: openFiles },
        { Name: "fsize", Soft: limits.diskBytes, Hard: limits.diskBytes },
      ],
      LogConfig: { Type: "json-file", Config: { "max-size": logBytes, "max-file": "1" } },
      RestartPolicy: { Name: "no" },
      ...(plan.runtime === null ? {} : { Runtime: plan.runtime }),
    },
  };
}

/** With an owner: a runtime gives the folder in memory the mode of the image's own, whatever is asked. */
function memoryMounts({ memoryFolders, closedFolders = [], limits, uid, gid }: ContainerPlan): Record<string, string> {
  const open = memoryFolders.map((folder) => [folder, `rw,exec,nosuid,nodev,mode=1777,uid=${uid},gid=${gid},size=${memoryFolderBytes(limits)}`]);
  return Object.fromEntries([...open, ...closedFolders.map((folder) => [folder, "rw,noexec,nosuid,nodev,mode=755,size=64k"])]);
}

/** As `Mounts` and not as `Binds`: those make a folder where the source is not there. */
function bind({ source, target, access, volume }: Mount): MountSettings {
  if (volume)
    return {
      Type: "volume",
      Source: source,
      Target: target,
      ReadOnly: access === "read",
      // Nothing of the image is ever copied into what is somebody's.
      VolumeOptions: { NoCopy: true, Labels: { [labels.kind]: "data" }, DriverConfig: { Name: "local", Options: { ...volume } } },
    };
  return { Type: "bind", Source: source, Target: target, ReadOnly: access === "read", BindOptions: { Propagation: "rprivate" } };
}

/** A quarter of the memory, which they are counted in, and never more than half a gigabyte. */
function memoryFolderBytes({ memoryBytes }: KernelLimits): number {
  return Math.min(512 * 1024 * 1024, Math.floor(memoryBytes / 4));
}
