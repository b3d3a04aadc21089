import { type ChildProcess, spawn } from "node:child_process";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { packFolder } from "./pack-files.ts";
import { onlyVariables } from "./run-program.ts";

export type FileReceiver = {
  give(fromFolder: string): Promise<void>;
  close(): void;
};

type Receiving = { readonly child: ChildProcess; readonly ended: Promise<number | null>; readonly complaints: () => string };

/**
 * Copies folders' content into a work folder. The writing half runs as the kernel's uid: should the kernel have put a
 * link in the way, the copy reaches only what the kernel itself may write. It starts inside the folder, so that the
 * path to it may be closed to that uid. The first one waits from the beginning, because starting a program holds up
 * the whole engine for longer than the copy takes; it ends when its pipe does.
 */
export function createFileReceiver(workFolder: string, uid: number | null): FileReceiver {
  let waiting: Receiving | null = startReceiving(workFolder, uid);
  return {
    async give(fromFolder) {
      const { child, ended, complaints } = waiting ?? startReceiving(workFolder, uid);
      waiting = null;
      if (child.stdin) await pipeline(Readable.from(packFolder(fromFolder)), child.stdin).catch(() => child.kill("SIGKILL"));
      if ((await ended) !== 0) throw new Error(`The files could not be given to the kernel: ${complaints().trim()}`);
    },
    close() {
      waiting?.child.kill("SIGKILL");
      waiting = null;
    },
  };
}

function startReceiving(workFolder: string, uid: number | null): Receiving {
  const identity = uid === null ? {} : { uid, gid: uid };
  const child = spawn("tar", ["--extract", "--file=-", "--no-same-owner", "--no-overwrite-dir", "--touch"], {
    cwd: workFolder,
    env: onlyVariables({ PATH: "/usr/bin:/bin" }),
    stdio: ["pipe", "ignore", "pipe"],
    ...identity,
  });
  let complaints = "";
  child.stderr.on("data", (chunk: Buffer) => (complaints = (complaints + chunk.toString()).slice(0, 1000)));
  // It may be gone before anything is written; its exit code tells.
  child.stdin.on("error", () => undefined);
  const ended = new Promise<number | null>((resolve) => {
    child.once("error", (error) => {
      complaints += error.message;
      resolve(null);
    });
    child.once("close", resolve);
  });
  return { child, ended, complaints: () => complaints };
}
