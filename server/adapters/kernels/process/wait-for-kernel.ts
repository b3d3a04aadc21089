import { readdir } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connectKernel } from "#server/jupyter/kernel-client.ts";
import type { KernelConnection } from "#server/ports/kernels.ts";
import { type SessionFolders, sealSockets, socketPrefix } from "./session-folders.ts";

export type AwaitedKernel = {
  readonly folders: SessionFolders;
  readonly key: string;
  readonly timeoutMs: number;
  readonly exit: Promise<number | null>;
  /** The kernel's uid, which may from then on put nothing in its sockets' place; null where that cannot be kept from it. */
  readonly sealFor: number | null;
};

/** Ready: the sockets are there and the kernel answers on them. */
export async function waitForKernel({ folders, key, timeoutMs, exit, sealFor }: AwaitedKernel): Promise<KernelConnection> {
  const abort = new AbortController();
  const died = exit.then((code): never => {
    abort.abort();
    throw new Error(`The kernel ended at once, with code ${code ?? "none"}.`);
  });
  const answered = async (): Promise<KernelConnection> => {
    const separator = await findSeparator(folders, timeoutMs, abort.signal);
    const connection = { ...endpoints(folders, separator), key, signatureScheme: "hmac-sha256" } as const;
    const client = await connectKernel(connection, { timeoutMs, signal: abort.signal });
    client.close();
    if (sealFor !== null) await sealSockets(folders, sealFor);
    return connection;
  };
  // It ends one day, long after somebody waited for it.
  died.catch(() => undefined);
  return Promise.race([answered(), died]);
}

/** ipykernel writes "k-1", IRkernel "k:1"; in which order is theirs, so wait for all that we use. */
async function findSeparator(folders: SessionFolders, timeoutMs: number, signal: AbortSignal): Promise<string> {
  const deadline = performance.now() + timeoutMs;
  while (performance.now() < deadline && !signal.aborted) {
    const names = await readdir(folders.sockets);
    for (const separator of ["-", ":"]) if ([1, 2, 4].every((port) => names.includes(`${socketPrefix}${separator}${port}`))) return separator;
    await sleep(10);
  }
  throw new Error("The kernel did not open its sockets in time.");
}

function endpoints(folders: SessionFolders, separator: string): Omit<KernelConnection, "key" | "signatureScheme"> {
  const at = (port: number) => `ipc://${path.join(folders.sockets, `${socketPrefix}${separator}${port}`)}`;
  return { shell: at(1), iopub: at(2), stdin: at(3), control: at(4), heartbeat: at(5) };
}
