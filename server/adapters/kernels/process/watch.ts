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

/** A kernel may have as many files: names and empty files are counted in no bytes, and a disk runs out of them too. */
const maxFiles = 100_000;
/** Files are counted at every so manieth look: it is a second walk. */
const filesEvery = 5;
const togetherMs = 3000;
const aloneMs = 15_000;

/** Looks at all kernels together, `intervalMs` after the last look ended. */
export function startWatching(kernels: () => readonly Watched[], intervalMs: number): { stop(): void } {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let looks = 0;
  const look = async () => {
    const watched = kernels();
    looks += 1;
    const checks = [checkDisks(watched), ...(looks % filesEvery === 0 ? [checkFiles(watched)] : [])];
    if (watched.length > 0) await Promise.all([...checks, ...watched.map((kernel) => kernel.checkMemory())]).catch(() => undefined);
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
  const visible = await measure(watched, ["--block-size=1"]);
  for (const kernel of watched) {
    if ((visible.get(kernel) ?? 0) + (await kernel.hiddenBytes()) > kernel.diskBytes) kernel.onDiskFull();
  }
}

async function checkFiles(watched: readonly Watched[]): Promise<void> {
  const files = await measure(watched, ["--inodes"]);
  for (const kernel of watched) if ((files.get(kernel) ?? 0) > maxFiles) kernel.onDiskFull();
}

/**
 * One process for all, as long as it is quick. A tree that takes long to walk must hide neither itself nor others: then
 * each is measured alone, and what has no figure after that counts as full.
 */
async function measure(watched: readonly Watched[], unit: readonly string[]): Promise<ReadonlyMap<Watched, number>> {
  const found = new Map<Watched, number>();
  if (watched.length === 0) return found;
  const measured = await measureFolders(
    watched.flatMap((kernel) => kernel.folders),
    unit,
    togetherMs,
  );
  await Promise.all(
    watched.map(async (kernel) => {
      const isThere = kernel.folders.every((folder) => measured.has(folder));
      const figures = isThere ? measured : await measureFolders(kernel.folders, unit, aloneMs);
      found.set(
        kernel,
        kernel.folders.reduce((sum, folder) => sum + (figures.get(folder) ?? Number.POSITIVE_INFINITY), 0),
      );
    }),
  );
  return found;
}

async function measureFolders(folders: readonly string[], unit: readonly string[], timeoutMs: number): Promise<ReadonlyMap<string, number>> {
  const { stdout } = await runProgram("du", ["--summarize", "--one-file-system", ...unit, "--", ...folders], { timeoutMs });
  return new Map(stdout.split("\n").flatMap((line) => (line.includes("\t") ? [[line.slice(line.indexOf("\t") + 1), Number.parseInt(line, 10)] as const] : [])));
}
