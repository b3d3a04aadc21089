import { runProgram } from "./run-program.ts";

export type Watched = {
  /** Folders whose sum is limited. */
  readonly folders: readonly string[];
  readonly diskBytes: number;
  /** Bytes of deleted files that are still open. */
  hiddenBytes(): Promise<number>;
  onDiskFull(): void;
  /** Looks at memory where no control group does. */
  checkMemory(): Promise<void>;
};

/** Looks at all kernels together, `intervalMs` after the last look ended. */
export function startWatching(kernels: () => readonly Watched[], intervalMs: number): { stop(): void } {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const look = async () => {
    const watched = kernels();
    if (watched.length > 0) await Promise.all([checkDisks(watched), ...watched.map((kernel) => kernel.checkMemory())]).catch(() => undefined);
    if (!stopped) plan();
  };
  const plan = () => {
    timer = setTimeout(() => void look(), intervalMs);
    timer.unref();
  };
  plan();
  return {
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

async function checkDisks(watched: readonly Watched[]): Promise<void> {
  // One process for all; a folder that has just gone makes it complain, which is no matter.
  const measured = await runProgram("du", ["--summarize", "--one-file-system", "--block-size=1", "--", ...watched.flatMap((kernel) => kernel.folders)]);
  const bytesOf = new Map(measured.stdout.split("\n").map((line) => [line.slice(line.indexOf("\t") + 1), Number.parseInt(line, 10)]));
  for (const kernel of watched) {
    const visible = kernel.folders.reduce((sum, folder) => sum + (bytesOf.get(folder) ?? 0), 0);
    if (visible + (await kernel.hiddenBytes()) > kernel.diskBytes) kernel.onDiskFull();
  }
}
