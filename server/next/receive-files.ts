import { randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Busboy, type BusboyHeaders } from "@fastify/busboy";
import { formatBytes } from "#lib/format.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import { type ArrivedFile, maxImportFiles } from "#server/usecases/import-archive.ts";

export type Received = { readonly files: readonly ArrivedFile[]; readonly fields: Readonly<Record<string, string>>; readonly dispose: () => Promise<void> };
export type ReceiveOptions = { readonly folder: string; readonly limitBytes: number; readonly whom: string };

/** Bodies that one person sends at once: each fills the disk as it goes. */
const atOnce = 3;
const sending = new Map<string, number>();

/** Writes what is sent to files, as it comes: a form with any number of files, or one file as the body. */
export async function receiveFiles(request: Request, { folder: parent, limitBytes, whom }: ReceiveOptions): Promise<Result<Received>> {
  if (Number(request.headers.get("content-length") ?? 0) > limitBytes * 1.01 + 1_000_000) return tooLarge(limitBytes);
  if ((sending.get(whom) ?? 0) >= atOnce)
    return fail("too_many", "You are sending other files just now. Wait until they have arrived.", { retryAfterSeconds: 10 });
  sending.set(whom, (sending.get(whom) ?? 0) + 1);
  const folder = path.join(parent, `import-${randomBytes(8).toString("hex")}`);
  const dispose = () => rm(folder, { recursive: true, force: true });
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const received = await receive(request, folder, createCount(limitBytes));
    if (!received.ok) await dispose();
    return received.ok ? ok({ ...received.value, dispose }) : received;
  } catch (error) {
    await dispose();
    if (error instanceof TooLarge) return tooLarge(limitBytes);
    if (request.signal.aborted) return fail("invalid", "The files did not arrive whole.");
    if ((error as NodeJS.ErrnoException).code === "ENOSPC") return fail("unavailable", "There is no room on the server's disk for these files.");
    if ((error as NodeJS.ErrnoException).syscall !== undefined) throw error;
    return fail("invalid", "The files did not arrive whole. Send them again.");
  } finally {
    const left = (sending.get(whom) ?? 1) - 1;
    if (left > 0) sending.set(whom, left);
    else sending.delete(whom);
  }
}

class TooLarge extends Error {}

/** Counts over all files. */
function createCount(limitBytes: number) {
  let left = limitBytes;
  return () => {
    let bytes = 0;
    const stream = new Transform({
      transform(chunk: Buffer, _encoding, next) {
        bytes += chunk.byteLength;
        left -= chunk.byteLength;
        next(left < 0 ? new TooLarge() : null, chunk);
      },
    });
    return { stream, bytes: () => bytes };
  };
}

type Taken = Omit<Received, "dispose">;

async function receive(request: Request, folder: string, count: ReturnType<typeof createCount>): Promise<Result<Taken>> {
  const type = request.headers.get("content-type") ?? "";
  if (!request.body) return fail("invalid", "There is nothing in this request.");
  const body = Readable.fromWeb(request.body as Parameters<typeof Readable.fromWeb>[0]);
  if (/^multipart\/form-data\b/i.test(type)) return receiveForm(body, type, folder, count);
  const counted = count();
  const file = path.join(folder, "0");
  await pipeline(body, counted.stream, createWriteStream(file, { flags: "wx", mode: 0o600 }));
  const name = nameOf(request) ?? (/ipynb/i.test(type) ? "notebook.ipynb" : "archive.zip");
  return ok({ files: [{ name, file, bytes: counted.bytes() }], fields: {} });
}

function nameOf(request: Request): string | null {
  const given = new URL(request.url).searchParams.get("name") ?? /filename="([^"]+)"/.exec(request.headers.get("content-disposition") ?? "")?.[1];
  return given?.split(/[/\\]/).at(-1)?.slice(0, 200) || null;
}

/** File names may hold folders: that is how a browser sends one. */
async function receiveForm(body: Readable, type: string, folder: string, count: ReturnType<typeof createCount>): Promise<Result<Taken>> {
  const files: ArrivedFile[] = [];
  const fields: Record<string, string> = {};
  const writing: Promise<void>[] = [];
  let problem: Result<never> | null = null;
  const form = new Busboy({
    headers: { "content-type": type } as BusboyHeaders,
    preservePath: true,
    limits: { files: maxImportFiles, fields: 20, fieldSize: 8192, parts: maxImportFiles + 20 },
  });
  form.on("field", (name, value) => {
    fields[name] = value;
  });
  form.on("file", (_field, stream, name) => {
    const counted = count();
    const file = path.join(folder, String(writing.length));
    const written = pipeline(stream, counted.stream, createWriteStream(file, { flags: "wx", mode: 0o600 })).then(() => {
      if (name) files.push({ name, file, bytes: counted.bytes() });
    });
    written.catch((error: Error) => form.destroy(error));
    writing.push(written);
  });
  form.on("filesLimit", () => {
    problem = fail("too_large", `These are more than ${maxImportFiles} files. Pack them as a zip archive without what is not needed.`);
  });
  const parsed = await pipeline(body, form).then(
    () => null,
    (error: unknown) => error,
  );
  const ends = await Promise.allSettled(writing);
  const failed = ends.find((end) => end.status === "rejected");
  if (failed?.status === "rejected" && failed.reason instanceof TooLarge) throw failed.reason;
  if (parsed !== null) throw parsed;
  if (failed?.status === "rejected") throw failed.reason;
  return problem ?? ok({ files, fields });
}

function tooLarge(limitBytes: number): Result<never> {
  const words = `These files are larger than ${formatBytes(limitBytes)} together.`;
  return fail("too_large", words, { fields: { files: words } });
}
