import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { unfinishedRestore } from "#server/unfinished-restore.ts";
import { CannotStart } from "./cannot-start.ts";

export type DataLock = { release(): void };

/** Thrown when another server holds the folder; `message` is for the person who started this one. */
export class DataFolderInUse extends CannotStart {}

const conflict = 75;

/**
 * Makes the data folder and takes it for this process. The kernel holds the lock, through a small program that waits
 * on a pipe from here: it ends with this process however that ends, and it counts between containers too.
 */
export async function lockDataFolder(folder: string, holder: string, { restoring = false } = {}): Promise<DataLock> {
  if (!restoring && existsSync(path.join(folder, unfinishedRestore)))
    throw new CannotStart(`${folder} was restored only in part. Remove what is in it, then restore the backup again.`);
  await mkdir(folder, { recursive: true, mode: 0o711 });
  const file = path.join(folder, "lock");
  const keeper = spawn("flock", ["--exclusive", "--nonblock", "--conflict-exit-code", String(conflict), file, "sh", "-c", "echo locked; exec cat"], {
    stdio: ["pipe", "pipe", "pipe"],
    cwd: "/",
    detached: true,
  });
  let problem = "";
  keeper.stderr.on("data", (chunk) => (problem += chunk));
  // The pipe breaks when the keeper is ended first; nothing is ever written to it.
  keeper.stdin.on("error", () => {});
  const code = await new Promise<number | "locked" | null>((resolve, reject) => {
    keeper.once("error", reject);
    keeper.once("exit", resolve);
    keeper.stdout.once("data", () => resolve("locked"));
  });
  if (code === conflict) {
    const who = await readFile(file, "utf8").catch(() => "");
    throw new DataFolderInUse(
      `Another Sheaf already uses ${folder}${who.trim() === "" ? "" : ` (${who.trim()})`}. Stop it first, or choose another folder with --data.`,
    );
  }
  if (code !== "locked") throw new Error(`The data folder ${folder} could not be locked: ${problem.trim()}`);
  await writeFile(file, `${holder}\n`);
  keeper.unref();
  for (const stream of [keeper.stdin, keeper.stdout, keeper.stderr]) (stream as unknown as { unref?: () => void }).unref?.();
  return { release: () => keeper.stdin.end() };
}
