import path from "node:path";
import { type FolderMount, type GroupFolder, groupsInside, type MountPlan, type MountSubject, planMounts } from "#lib/domain/mounts.ts";
import { digestOf } from "#server/ids.ts";
import type { KernelLimits, StartLab } from "#server/ports/kernels.ts";
import type { LabFolders } from "./lab-folders.ts";
import type { Runtime } from "./runtime-shape.ts";
import { descriptors, hostArguments, identityArguments, inside, kernelEnvironment, processLimits, tmpfs } from "./sandbox-arguments.ts";

export const insideLab = { program: "/opt/sheaf/lab", sockets: "/opt/sheaf/sockets" } as const;
/** Until the lab is somebody's; `lab/start.py` says every path that Jupyter makes of it anew. */
export const nobodysHome = "/tmp/.nobody";

export type LabPlan = {
  readonly runtime: Runtime;
  readonly hasUidOfItsOwn: boolean;
  readonly limits: KernelLimits;
  readonly hasControlGroup: boolean;
  /** What is bound into every lab: its start, its settings, the bridge to the page around it. */
  readonly programFolder: string;
  readonly folders: LabFolders;
  readonly canLimitTmpfs: boolean;
  readonly hostLinks: readonly string[];
  /** Null: a lab that waits for somebody, whose home will appear in its slot. */
  readonly home: Pick<MountSubject, "username" | "homeFolder" | "groups"> | null;
  /** What the project asked for. */
  readonly environmentFolder: string | null;
};

export const enterEnvironment = ["/usr/bin/env", `PATH=${inside.environment}/bin:/usr/local/bin:/usr/bin:/bin`] as const;

/** Arguments of `bwrap` for a lab: the runtime, one home, and nothing else of this machine. */
export function buildLabArguments(plan: LabPlan): string[] {
  const { folders, home } = plan;
  return [
    ...["--die-with-parent", "--new-session", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-net", "--unshare-cgroup-try", "--hostname", "lab"],
    ...identityArguments({ identity: plan.hasUidOfItsOwn ? { kind: "own", uid: 0 } : { kind: "ours" } }),
    ...["--clearenv", "--setenv", "PATH", "/usr/local/bin:/usr/bin:/bin", "--setenv", "LANG", "C.UTF-8", "--setenv", "HOME", nobodysHome],
    ...(plan.runtime.root === null ? hostArguments(plan.hostLinks) : ["--ro-bind", plan.runtime.root, "/"]),
    ...["--proc", "/proc", "--dev", "/dev"],
    ...tmpfs(plan, "/dev/shm"),
    ...["--remount-ro", "/dev"],
    ...tmpfs(plan, "/tmp"),
    ...["--perms", "0777", "--dir", inside.fonts],
    ...(plan.runtime.fontList === null ? [] : ["--ro-bind", plan.runtime.fontList, `${inside.fonts}/${path.basename(plan.runtime.fontList)}`]),
    ...["--ro-bind", folders.passwdFile, "/etc/passwd", "--ro-bind", folders.groupFile, "/etc/group"],
    ...[
      "--tmpfs",
      "/opt",
      "--perms",
      "0755",
      "--dir",
      "/opt/sheaf",
      "--ro-bind",
      plan.programFolder,
      insideLab.program,
      "--bind",
      folders.sockets,
      insideLab.sockets,
      "--remount-ro",
      "/opt",
    ],
    ...(plan.environmentFolder === null ? [] : ["--ro-bind", plan.environmentFolder, inside.environment]),
    ...(home ? homeArguments(planMounts(home)) : ["--ro-bind", folders.slot, "/home"]),
    ...["--chdir", "/", "--seccomp", String(descriptors.seccomp), "--info-fd", String(descriptors.info)],
    "--",
    ...processLimits(plan.limits, plan.hasControlGroup, { countedByGroup: plan.hasControlGroup }),
    ...["/usr/bin/python3", "-I", `${insideLab.program}/start.py`],
  ];
}

function homeArguments({ home, groups }: MountPlan): string[] {
  const bind = ({ source, target, access }: FolderMount): string[] => [access === "write" ? "--bind" : "--ro-bind", source, target];
  const shared = groups.length === 0 ? [] : ["--tmpfs", groupsInside, ...groups.flatMap(bind), "--remount-ro", groupsInside];
  return ["--tmpfs", "/home", ...bind(home), "--remount-ro", "/home", ...shared];
}

/** Groups of whoever has a lab, where folders have owners at all. */
export function gidsOf(groups: readonly GroupFolder[]): number[] {
  return groups.flatMap(({ gid, role }) => (gid === null || role === null ? [] : [gid]));
}

/**
 * The line that makes a started lab somebody's; `lab/start.py` reads it. It holds the secret, so it travels by a pipe.
 * `enter` stands before kernels and shells, for which it finds what the project asked for.
 */
export function assignmentLine(request: StartLab, secret: string, enter: readonly string[] = []): string {
  const { HOME: _home, USER: _user, LOGNAME: _logname, MPLBACKEND: _backend, ...environment } = kernelEnvironment(request.limits);
  const { username, uid } = request.person;
  const assignment = {
    username,
    uid,
    gids: gidsOf(request.groups),
    home: `/home/${username}`,
    folder: request.folder,
    workspace: request.folder === "" ? "home" : digestOf(request.folder).slice(7, 19),
    sockets: insideLab.sockets,
    basePath: request.basePath,
    pageOrigin: request.pageOrigin,
    token: secret,
    environment,
    enter,
  };
  return `${JSON.stringify(assignment)}\n`;
}
