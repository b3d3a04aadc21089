import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { runProgram } from "./run-program.ts";

/**
 * How a home comes into a lab that waits already. The lab is started in a mount namespace of its own, where its slot is a
 * shared mount; what is mounted in the slot later appears in the sandbox, which has a slave of it. On the machine itself
 * the slot stays an empty folder: nobody who removes folders can reach a home through it, and whatever is killed, no mount stays.
 */
const openSlot = 'mount -t tmpfs -o mode=755,size=64k,nosuid,nodev sheaf "$1" && mount --make-shared "$1" && shift && exec "$@"';
const fillSlot = 'mkdir -- "$2" && exec mount --bind -- "$1" "$2"';

/** To stand before the command that starts the lab. */
export function withSlot(slot: string): string[] {
  return ["unshare", "--mount", "--propagation", "slave", "sh", "-c", openSlot, "sh", slot];
}

/** `pid` is that of the process which the command above became. */
export async function putIntoSlot(pid: number, slot: string, homeFolder: string, username: string): Promise<void> {
  const args = [`--mount=/proc/${pid}/ns/mnt`, "--", "sh", "-c", fillSlot, "sh", homeFolder, path.join(slot, username)];
  const put = await runProgram("nsenter", args, { timeoutMs: 10_000 });
  if (put.code !== 0) throw new Error(`The home could not be mounted: ${put.stderr.trim().slice(0, 300)}`);
}

/** Null where slots work on this machine, else why not. */
export async function whyNoSlot(): Promise<string | null> {
  if (process.getuid?.() !== 0) return "the server is not run as root";
  const folder = await mkdtemp(path.join(os.tmpdir(), "sheaf-slot-"));
  const [program = "", ...args] = [...withSlot(folder), "true"];
  const tried = await runProgram(program, args, { timeoutMs: 10_000 });
  await rm(folder, { recursive: true, force: true });
  return tried.code === 0 ? null : `mounts cannot be made here (${tried.stderr.trim().slice(0, 200)})`;
}
