import { spawn } from "node:child_process";
import { Readable } from "node:stream";
import type { ReadableStream as NodeStream } from "node:stream/web";
import type { ObjectHead } from "./cat-file.ts";
import type { ObjectReader } from "./object-reader.ts";
import { gitEnvironment } from "./run-git.ts";

/** Below it the reader that is there anyway answers at once; above it nobody shall wait behind a slow taker. */
const smallBytes = 1024 * 1024;

/** The content of a file as a stream that waits for its taker and ends what feeds it when it is cancelled. */
export async function openBlob(folder: string, reader: ObjectReader, head: ObjectHead): Promise<ReadableStream<Uint8Array>> {
  if (head.bytes > smallBytes) return streamBlob(folder, head);
  const chunks: Buffer[] = [];
  await reader.contents(head.id, (chunk) => chunks.push(chunk));
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(new Uint8Array(chunk));
      controller.close();
    },
  });
}

function streamBlob(folder: string, head: ObjectHead): ReadableStream<Uint8Array> {
  const child = spawn("git", [`--git-dir=${folder}`, "cat-file", "blob", head.id], { env: gitEnvironment(), stdio: ["ignore", "pipe", "ignore"] });
  child.on("error", (error) => child.stdout.destroy(error));
  let left = head.bytes;
  child.stdout.on("close", () => child.kill());
  async function* checked(): AsyncGenerator<Uint8Array> {
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      left -= chunk.length;
      yield chunk;
    }
    // A git that was ended in the middle closes its output like one that is done.
    if (left !== 0) throw new Error(`git cat-file left out ${left} bytes of ${head.id}`);
  }
  const source = Readable.from(checked(), { objectMode: false, highWaterMark: 256 * 1024 });
  // Also where it is left before its first byte was taken.
  source.on("close", () => child.stdout.destroy());
  const stream: NodeStream = Readable.toWeb(source);
  return stream as ReadableStream<Uint8Array>;
}
