import type { Language } from "#lib/domain/worksheet.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Config } from "#server/config.ts";
import { randomText } from "#server/ids.ts";
import { connectKernel, type KernelClient } from "#server/jupyter/kernel-client.ts";
import type { MadeEnvironment } from "#server/ports/environments.ts";
import type { Kernel, KernelsPort } from "#server/ports/kernels.ts";

/** A kernel with a live connection to it; whoever holds it kills it. */
export type ReadyKernel = {
  readonly kernel: Kernel;
  readonly client: KernelClient;
  readonly memoryBytes: number;
  /** The commit whose files it already has; null where it has none. */
  readonly givenCheckout: string | null;
};

const connectMs = 30_000;
const drainMs = 200;

export type WantedKernel = { readonly language: Language; readonly environment: MadeEnvironment | null; readonly memoryBytes: number };

export async function startKernel(
  kernels: KernelsPort,
  config: Config["kernels"],
  { language, environment, memoryBytes }: WantedKernel,
): Promise<Result<ReadyKernel>> {
  const limits = { memoryBytes, cpus: 1, processes: config.processes, diskBytes: config.diskBytes };
  const started = await kernels.start({ sessionId: `k_${randomText(16)}`, language, environment, limits });
  if (!started.ok) return started;
  try {
    const client = await connectKernel(started.value.connection, { timeoutMs: connectMs });
    // What it wrote last is still on its way for a moment.
    void started.value.exited.then(() => setTimeout(() => client.close(), drainMs));
    return ok({ kernel: started.value, client, memoryBytes, givenCheckout: null });
  } catch {
    await started.value.kill();
    return fail("unavailable", "The kernel started but did not answer.");
  }
}

/** Closes the connection first, so that nobody waits for an answer of the dead. */
export async function endKernel({ client, kernel }: Pick<ReadyKernel, "client" | "kernel">): Promise<void> {
  client.close();
  await kernel.kill();
}
