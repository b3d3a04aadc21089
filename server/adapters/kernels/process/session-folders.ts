import { createHash } from "node:crypto";
import { chmod, chown, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { runProgram } from "./run-program.ts";
import { inside } from "./sandbox-arguments.ts";

/** A kernel's folders on the host. Sockets lie apart, since their paths may not be longer than 107 bytes. */
export type SessionFolders = {
  readonly session: string;
  readonly work: string;
  readonly sockets: string;
  readonly passwdFile: string;
  readonly logFile: string;
  readonly connectionFile: string;
};

export const connectionFileName = "connection.json";
/** ipykernel makes `k-1` of it, IRkernel `k:1`. */
export const socketPrefix = "k";
const longestSocketPath = 107;

export function planFolders(sessionsFolder: string, socketsFolder: string, sessionId: string): SessionFolders {
  const session = path.join(sessionsFolder, sessionId);
  const sockets = path.join(socketsFolder, createHash("sha256").update(sessionId).digest("hex").slice(0, 12));
  return {
    session,
    work: path.join(session, "work"),
    sockets,
    passwdFile: path.join(session, "passwd"),
    logFile: path.join(session, "log"),
    connectionFile: path.join(sockets, connectionFileName),
  };
}

/** `uid`: whom the folders are to belong to; null keeps them ours. `seenAt`: where the kernel finds its sockets. */
export async function makeFolders(folders: SessionFolders, options: { uid: number | null; key: string; kernelName: string; seenAt: string }): Promise<void> {
  const longest = path.join(folders.sockets, `${socketPrefix}-5`);
  if (Buffer.byteLength(longest) > longestSocketPath) throw new Error(`The path of a socket would be too long: ${longest}`);
  await mkdir(folders.session, { recursive: true, mode: 0o700 });
  await mkdir(folders.work, { mode: 0o700 });
  await mkdir(folders.sockets, { recursive: true, mode: 0o700 });
  const owner = options.uid ?? 1000;
  await writeFile(folders.passwdFile, `root:x:0:0:root:/root:/usr/sbin/nologin\nuser:x:${owner}:${owner}:user:${inside.home}:/bin/bash\n`);
  await chmod(folders.passwdFile, 0o644);
  const ports = { shell_port: 1, iopub_port: 2, stdin_port: 3, control_port: 4, hb_port: 5 };
  const connection = {
    transport: "ipc",
    ip: path.join(options.seenAt, socketPrefix),
    ...ports,
    key: options.key,
    signature_scheme: "hmac-sha256",
    kernel_name: options.kernelName,
  };
  await writeFile(folders.connectionFile, JSON.stringify(connection), { mode: 0o600 });
  if (options.uid === null) return;
  for (const mine of [folders.work, folders.sockets, folders.connectionFile]) await chown(mine, options.uid, options.uid);
}

/** From now on the kernel can neither replace its sockets (by links to somebody else's) nor fill their folder. */
export async function sealSockets(folders: SessionFolders, uid: number): Promise<void> {
  await chown(folders.sockets, 0, uid);
  await chmod(folders.sockets, 0o750);
}

/** By `rm`, which copes with trees of any depth and never follows a link. */
export async function removeFolders(paths: readonly string[]): Promise<void> {
  await runProgram("rm", ["-rf", "--one-file-system", "--", ...paths], { timeoutMs: 300_000 });
}
