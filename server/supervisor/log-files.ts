import { closeSync, mkdirSync, openSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import path from "node:path";

export type LogFile = { writeLine(line: string): void; close(): void };

/** One file a process, turned over at `limitBytes`; `name.log.1` is the newest of the `keep` older ones. */
export function openLogFile(folder: string, name: string, limitBytes = 10 * 1024 * 1024, keep = 4): LogFile {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = path.join(folder, `${name}.log`);
  let handle = openSync(file, "a", 0o600);
  let bytes = statSync(file).size;

  const turnOver = () => {
    closeSync(handle);
    rmSync(`${file}.${keep}`, { force: true });
    for (let age = keep - 1; age >= 1; age--) moveIfThere(`${file}.${age}`, `${file}.${age + 1}`);
    moveIfThere(file, `${file}.1`);
    handle = openSync(file, "a", 0o600);
    bytes = 0;
  };
  const writeLine = (line: string) => {
    const chunk = Buffer.from(`${line}\n`);
    if (bytes > 0 && bytes + chunk.length > limitBytes) turnOver();
    try {
      bytes += writeSync(handle, chunk);
    } catch (error) {
      // A full disk must not end the server; what cannot be written is lost.
      if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
    }
  };
  return { writeLine, close: () => closeSync(handle) };
}

function moveIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}
