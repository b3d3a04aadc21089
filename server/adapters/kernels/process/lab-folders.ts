import { createHash } from "node:crypto";
import { chmod, chown, cp, lstat, mkdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { GroupFolder } from "#lib/domain/mounts.ts";
import { runProgram } from "./run-program.ts";

/** A lab's folders on the host; the home is none of them, and nothing of a home is ever mounted below them where others could see it. */
export type LabFolders = {
  readonly session: string;
  /** Where a home appears in a lab that was started before anybody asked for it. Empty but for that lab itself. */
  readonly slot: string;
  /** The lab's to write in until its socket was taken out of it. */
  readonly sockets: string;
  /** Where the socket lies from then on: the lab can no longer put anything else in its place. */
  readonly socket: string;
  readonly passwdFile: string;
  readonly groupFile: string;
  readonly logFile: string;
};

/** As in `lab/start.py`. */
const socketName = "lab.sock";
const longestSocketPath = 107;
/** Who a lab in a user namespace believes to be. */
export const uidInNamespace = 1000;

export function planLabFolders(sessionsFolder: string, socketsFolder: string, name: string): LabFolders {
  const session = path.join(sessionsFolder, name);
  const sockets = path.join(socketsFolder, createHash("sha256").update(name).digest("hex").slice(0, 12));
  return {
    session,
    slot: path.join(session, "slot"),
    sockets,
    socket: `${sockets}.lab`,
    passwdFile: path.join(session, "passwd"),
    groupFile: path.join(session, "group"),
    logFile: path.join(session, "log"),
  };
}

export async function makeLabFolders(folders: LabFolders): Promise<void> {
  if (Buffer.byteLength(path.join(folders.sockets, socketName)) > longestSocketPath)
    throw new Error(`The path of a socket would be too long: ${folders.sockets}`);
  await mkdir(folders.slot, { recursive: true, mode: 0o700 });
  await mkdir(folders.sockets, { recursive: true, mode: 0o700 });
  for (const file of [folders.passwdFile, folders.groupFile]) {
    await writeFile(file, "");
    await chmod(file, 0o644);
  }
}

/**
 * A copy of what every lab reads, for this engine's life: the checkout may be closed to others, and may change while labs run.
 * Answers the copy's folder.
 */
export async function copyProgram(sessionsFolder: string): Promise<string> {
  const copy = `${sessionsFolder}-lab`;
  await rm(copy, { recursive: true, force: true });
  await cp(path.join(import.meta.dirname, "lab"), copy, { recursive: true });
  await runProgram("chmod", ["-R", "u=rwX,go=rX", copy]);
  return copy;
}

type Tenant = { readonly username: string; readonly uid: number | null; readonly groups: readonly GroupFolder[] };

/** Gives the folders to the person, and the person and their groups a name inside. The files are written in place: a waiting lab has them mounted. */
export async function moveIn(folders: LabFolders, { username, uid, groups }: Tenant): Promise<void> {
  const id = uid ?? uidInNamespace;
  await writeFile(folders.passwdFile, `root:x:0:0:root:/root:/usr/sbin/nologin\n${username}:x:${id}:${id}:${username}:/home/${username}:/bin/bash\n`);
  await writeFile(folders.groupFile, `root:x:0:\ntty:x:5:\n${username}:x:${id}:\n${groups.map(nameOf).join("")}`);
  if (uid !== null) await chown(folders.sockets, uid, uid);
}

function nameOf({ slug, gid, role }: GroupFolder): string {
  return gid === null || role === null ? "" : `group-${slug}:x:${gid}:\n`;
}

/**
 * Takes the lab's socket away from it, once it is there: a lab that could put a link in its place would have us speak to
 * whatever socket of this machine it liked. False as long as there is none.
 */
export async function takeSocket(folders: LabFolders): Promise<boolean> {
  try {
    await rename(path.join(folders.sockets, socketName), folders.socket);
  } catch {
    return false;
  }
  if (!(await lstat(folders.socket)).isSocket()) throw new Error("What the lab made is no socket.");
  await chmod(folders.sockets, 0o500);
  if (process.getuid?.() === 0) await chown(folders.sockets, 0, 0);
  return true;
}
