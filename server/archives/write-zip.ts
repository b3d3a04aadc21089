import { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { ZipFile } from "yazl";
import type { Result } from "#lib/result.ts";

/** One thing that goes into an archive, under a name that is safe to unpack anywhere (see `archiveNames`). */
export type ZipInput =
  | { readonly kind: "folder"; readonly name: string; readonly modifiedAt: Date }
  | {
      readonly kind: "file";
      readonly name: string;
      readonly modifiedAt: Date;
      readonly open: () => Promise<Result<{ stream: ReadableStream<Uint8Array>; bytes: number }>>;
    }
  /** What is there and cannot be taken along: the archive says so in words. */
  | { readonly kind: "left-out"; readonly name: string; readonly reason: string };

/** Stands in the archive only where something is not in it. */
export const leftOutName = "NOT INCLUDED.txt";

/** What is packed already gains nothing. */
const packed = /\.(zip|gz|tgz|bz2|xz|zst|7z|png|jpe?g|gif|webp|mp[34]|mkv|parquet|npz|h5|hdf5|pdf|docx|xlsx|odt|ods)$/i;
/** From here on sizes are written in the long form; a file that is said to be smaller does not grow while it is read. */
const longBytes = 3 * 1024 ** 3;
/** What the format can say. */
const earliest = Date.UTC(1980, 0, 2);
const latest = Date.UTC(2037, 11, 31);

/** A zip archive that is made while it is read: one file is open at a time, and none any more once the reader has left. */
export function writeZip(inputs: readonly ZipInput[]): ReadableStream<Uint8Array> {
  const zip = new ZipFile();
  const output = zip.outputStream as Readable;
  zip.on("error", (error: Error) => output.destroy(error));
  fill(zip, output, inputs).catch((error: unknown) => output.destroy(error instanceof Error ? error : new Error(String(error))));
  return Readable.toWeb(output) as ReadableStream<Uint8Array>;
}

async function fill(zip: ZipFile, output: Readable, inputs: readonly ZipInput[]): Promise<void> {
  let current: Readable | null = null;
  // The reader has gone: what is being read ends too.
  output.once("close", () => current?.destroy());
  const leftOut: string[] = [];
  for (const input of inputs) {
    if (output.destroyed) return;
    if (input.kind === "left-out") leftOut.push(`${input.name}: ${input.reason}`);
    else if (input.kind === "folder") zip.addEmptyDirectory(input.name, { mtime: clamped(input.modifiedAt) });
    else {
      const opened = await input.open();
      if (!opened.ok) {
        leftOut.push(`${input.name}: ${opened.failure.message}`);
        continue;
      }
      const { stream, bytes } = opened.value;
      current = Readable.fromWeb(stream as Parameters<typeof Readable.fromWeb>[0]);
      // While it was opened the reader may have left.
      if (output.destroyed) current.destroy();
      else {
        const compression = packed.test(input.name) ? { compress: false } : { compressionLevel: 1 };
        zip.addReadStream(current, input.name, { mtime: clamped(input.modifiedAt), mode: 0o100644, forceZip64Format: bytes > longBytes, ...compression });
      }
      const broken = await finished(current).then(
        () => null,
        (error: unknown) => error,
      );
      // A reader that left is no fault; a file that broke off in the middle must break the archive too.
      if (output.destroyed) return;
      if (broken !== null) throw broken;
    }
  }
  if (leftOut.length > 0) zip.addBuffer(Buffer.from(`${leftOut.join("\n")}\n`), leftOutName, { mode: 0o100644 });
  zip.end();
}

function clamped(instant: Date): Date {
  return new Date(Math.min(Math.max(instant.getTime(), earliest), latest));
}
