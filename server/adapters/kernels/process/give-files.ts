import { type ChildProcess, spawn } from "node:child_process";
import { pipeline } from "node:stream/promises";
import { onlyVariables } from "./run-program.ts";

/**
 * Copies a folder's content into a work folder. The writing half runs as the kernel's uid: should the kernel have
 * put a link in the way, the copy reaches only what the kernel itself may write. It starts inside the folder,
 * so that the path to it may be closed to that uid.
 */
export async function copyAsKernel(fromFolder: string, workFolder: string, uid: number | null): Promise<void> {
  const identity = uid === null ? {} : { uid, gid: uid };
  const reader = spawn("tar", ["--create", "--file=-", `--directory=${fromFolder}`, "."], { stdio: ["ignore", "pipe", "pipe"] });
  const writer = spawn("tar", ["--extract", "--file=-", "--no-same-owner", "--no-overwrite-dir"], {
    cwd: workFolder,
    env: onlyVariables({ PATH: "/usr/bin:/bin" }),
    stdio: ["pipe", "ignore", "pipe"],
    ...identity,
  });
  let complaints = "";
  for (const child of [reader, writer]) child.stderr.on("data", (chunk: Buffer) => (complaints = (complaints + chunk.toString()).slice(0, 1000)));
  const ends = Promise.all([reader, writer].map(endOf));
  await pipeline(reader.stdout, writer.stdin).catch(() => undefined);
  const codes = await ends;
  if (codes.some((code) => code !== 0)) throw new Error(`The files could not be given to the kernel: ${complaints.trim()}`);
}

async function endOf(child: ChildProcess): Promise<number | null> {
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once("error", reject);
  child.once("close", resolve);
  return promise;
}
