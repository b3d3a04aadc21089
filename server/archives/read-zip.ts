import { promisify } from "node:util";
import { type Entry, type Options, open as openZip, type ZipFile } from "yauzl";
import type { SentFile } from "#lib/import-paths.ts";
import { fail, ok, type Result } from "#lib/result.ts";

export type Archive = {
  /** What it says it holds, folders left out; `bytes` are unpacked. */
  readonly files: readonly SentFile[];
  /** Content of the file at a place in the list. */
  read(index: number): Promise<Result<Uint8Array>>;
  close(): void;
};

/** Packed and unpacked sizes of honest archives differ less; what is small may be as it likes. */
const maxRatio = 200;
const harmlessBytes = 100 * 1024 * 1024;

const open = promisify<string, Options, ZipFile>(openZip);
const damaged = fail("invalid", "This archive is damaged, or no zip archive.", { fields: { files: "This archive is damaged, or no zip archive." } });

/** Reads a zip archive's list; contents are unpacked one at a time and never beyond what the list says. */
export async function openArchive(file: string, archiveBytes: number, maxFiles: number): Promise<Result<Archive>> {
  const zip = await open(file, { lazyEntries: true, autoClose: false, strictFileNames: false, validateEntrySizes: true }).catch(() => null);
  if (!zip) return damaged;
  const entries = await listEntries(zip, maxFiles).catch((error: Error) => error);
  const problem = entries instanceof Error ? listProblem(entries) : bombProblem(entries, archiveBytes);
  if (problem !== null || entries instanceof Error) {
    zip.close();
    return problem ?? damaged;
  }
  return ok({
    files: entries.map((entry) => ({ name: entry.fileName, bytes: entry.uncompressedSize, kind: kindOf(entry) })),
    read: (index) => readEntry(zip, entries[index]),
    close: () => zip.close(),
  });
}

class TooMany extends Error {}

function listEntries(zip: ZipFile, maxFiles: number): Promise<Entry[]> {
  return new Promise((resolve, reject) => {
    const entries: Entry[] = [];
    // What is listed is at most what the directory has room for, but that may be millions.
    if (zip.entryCount > maxFiles * 4) return reject(new TooMany());
    zip.on("error", reject);
    zip.on("end", () => resolve(entries));
    zip.on("entry", (entry) => {
      if (!entry.fileName.endsWith("/")) entries.push(entry);
      zip.readEntry();
    });
    zip.readEntry();
  });
}

function listProblem(error: Error): Result<never> {
  if (error instanceof TooMany)
    return fail("too_large", "There are too many files in this archive.", { fields: { files: "There are too many files in this archive." } });
  if (!/path|characters/.test(error.message)) return damaged;
  const words = "A name in this archive leads out of it.";
  return fail("invalid", words, { fields: { files: words } });
}

/** Entries that share their packed bytes, or unpack to a thousand times their size, are there to fill a disk. */
function bombProblem(entries: readonly Entry[], archiveBytes: number): Result<never> | null {
  const packed = entries.reduce((sum, entry) => sum + entry.compressedSize, 0);
  const unpacked = entries.reduce((sum, entry) => sum + entry.uncompressedSize, 0);
  const words = entries.some((entry) => entry.isEncrypted())
    ? "This archive is locked by a password. Send it unlocked."
    : packed > archiveBytes || (unpacked > harmlessBytes && unpacked > packed * maxRatio)
      ? "This archive unpacks to far more than it is. Send the files themselves."
      : null;
  return words === null ? null : fail("invalid", words, { fields: { files: words } });
}

/** Unix keeps the kind of a file in the upper half of the attributes; other systems leave it empty. */
function kindOf(entry: Entry): SentFile["kind"] {
  const mode = entry.versionMadeBy >> 8 === 3 ? (entry.externalFileAttributes >>> 16) & 0xffff : 0;
  const type = mode & 0o170000;
  if (type === 0o120000) return "link";
  if (type !== 0 && type !== 0o100000) return "other";
  return (mode & 0o111) === 0 ? "file" : "executable";
}

async function readEntry(zip: ZipFile, entry: Entry | undefined): Promise<Result<Uint8Array>> {
  if (!entry?.canDecodeFileData()) return damaged;
  try {
    const stream = await promisify(zip.openReadStream.bind(zip) as (entry: Entry, done: (error: Error | null, stream: NodeJS.ReadableStream) => void) => void)(
      entry,
    );
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(Buffer.from(chunk as Buffer));
    return ok(Buffer.concat(chunks));
  } catch {
    return damaged;
  }
}
