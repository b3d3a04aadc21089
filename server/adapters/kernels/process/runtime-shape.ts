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

/**
 * ipykernel as its own launcher starts it (the working folder stays out of the search path while it loads), but with an
 * unbounded publishing queue: by default it drops outputs beyond 1,000 waiting messages without a word. The kernel's
 * memory limit bounds the queue, and the engine ends a run that prints too much long before.
 */
const pythonLauncher = `
import sys
del sys.path[0]
import zmq
from ipykernel.kernelapp import IPKernelApp
class Kernel(IPKernelApp):
    def init_iopub(self, context):
        context.setsockopt(zmq.SNDHWM, 0)
        super().init_iopub(context)
Kernel.launch_instance()
`;

export const kernelCommands = {
  python: ["/usr/bin/python3", "-c", pythonLauncher, "-f", "{connection}", "--HistoryManager.enabled=False"],
  r: ["/usr/bin/R", "--no-echo", "--no-save", "--no-restore", "-e", "IRkernel::main()", "--args", "{connection}"],
} as const satisfies Record<Language, readonly string[]>;
