import type { Result } from "#lib/result.ts";
import { connectKernel, type ExecuteReply } from "#server/jupyter/kernel-client.ts";
import type { KernelMessage } from "#server/jupyter/messages.ts";
import type { Kernel, KernelLimits } from "#server/ports/kernels.ts";

export const gigabyte = 1024 ** 3;
export const usualLimits: KernelLimits = { memoryBytes: gigabyte, cpus: 1, processes: 64, diskBytes: gigabyte / 4 };

export function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.failure.code}: ${result.failure.message}`);
  return result.value;
}

export type Said = { readonly reply: ExecuteReply; readonly messages: readonly KernelMessage[]; readonly text: string; readonly error: string };

/** Executes on a connection of its own and gathers what was said; ends early when the kernel does. */
export async function execute(kernel: Kernel, source: string, onMessage: (message: KernelMessage) => void = () => {}): Promise<Said> {
  const client = await connectKernel(kernel.connection, { timeoutMs: 30_000 });
  const messages: KernelMessage[] = [];
  void kernel.exited.then(() => client.close());
  const hear = (message: KernelMessage): void => {
    messages.push(message);
    onMessage(message);
  };
  const reply = await client.execute(source, { onMessage: hear });
  client.close();
  const textOf = (message: KernelMessage): string => {
    if (message.type === "stream") return message.content.text;
    return message.type === "execute_result" || message.type === "display_data" ? String(message.content.data["text/plain"] ?? "") : "";
  };
  return {
    reply,
    messages,
    text: messages.map(textOf).join(""),
    error: messages.map((message) => (message.type === "error" ? `${message.content.ename}: ${message.content.evalue}` : "")).join(""),
  };
}
