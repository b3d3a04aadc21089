import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Config } from "#server/config.ts";
import type { Kernel } from "#server/ports/kernels.ts";
import type { GivenUpload } from "./load-run.ts";

/** Below the kernel's working folder; apart from the repository's own files. */
const inputsFolder = "inputs";

/** What is laid ready for kernels; nothing in it outlives its run. */
export function temporaryFolderOf({ dataFolder }: Pick<Config, "dataFolder">): string {
  return path.join(dataFolder, "temporary");
}

export type GivenInputs = {
  /** Parameter name → path as the kernel sees it. */
  readonly files: Readonly<Record<string, string>>;
  /** Where our own copies are, so that an unchanged input is not kept as a result; null where nothing was given. */
  readonly stagedFolder: string | null;
  dispose(): Promise<void>;
};

/** Where each upload will lie; known before any kernel is there. */
export function planInputs(uploads: readonly GivenUpload[]): Readonly<Record<string, string>> {
  return Object.fromEntries(uploads.map((upload, index) => [upload.parameter, `${inputsFolder}/${index + 1}/${fileName(upload.name)}`]));
}

/** Stages the uploads in a folder of ours and lets the kernel adapter copy them, with the kernel's ownership. */
export async function giveInputs(kernel: Pick<Kernel, "giveFiles">, uploads: readonly GivenUpload[], temporaryFolder: string): Promise<GivenInputs> {
  const files = planInputs(uploads);
  if (uploads.length === 0) return { files, stagedFolder: null, dispose: async () => {} };
  await mkdir(temporaryFolder, { recursive: true, mode: 0o700 });
  const stagedFolder = await mkdtemp(path.join(temporaryFolder, "inputs-"));
  const dispose = (): Promise<void> => rm(stagedFolder, { recursive: true, force: true });
  try {
    for (const upload of uploads) {
      const target = path.join(stagedFolder, files[upload.parameter] ?? "");
      await mkdir(path.dirname(target), { recursive: true });
      await writeFile(target, upload.bytes);
    }
    await kernel.giveFiles(stagedFolder);
    return { files, stagedFolder, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** The name as given, where a file may be called so: a notebook may look at its ending. */
function fileName(name: string): string {
  const base = name.split(/[/\\]/).at(-1) ?? "";
  const safe = base
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed
    .replace(/[\u0000-\u001f\u007f]/g, "")
    .replace(/^\.+/, "")
    .slice(-120);
  return safe === "" ? "file" : safe;
}
