import type { Language } from "#lib/domain/worksheet.ts";

/** What kernels run on: a root folder of Debian packages, or the host's own packages (`root` null). */
export type Runtime = {
  readonly root: string | null;
  readonly name: string;
  /** "sha256:" and the hash of all package versions. */
  readonly digest: string;
  readonly languages: readonly Language[];
  /** Arguments that start a kernel; `{connection}` stands for the connection file's path. */
  readonly commands: Readonly<Record<Language, readonly string[]>>;
  /** A file on the host with Matplotlib's memory of fonts; null where it could not be made. */
  readonly fontList: string | null;
};

export const kernelCommands = {
  python: ["/usr/bin/python3", "-m", "ipykernel_launcher", "-f", "{connection}", "--HistoryManager.enabled=False"],
  r: ["/usr/bin/R", "--no-echo", "--no-save", "--no-restore", "-e", "IRkernel::main()", "--args", "{connection}"],
} as const satisfies Record<Language, readonly string[]>;
