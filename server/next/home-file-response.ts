import { imageTypeOf } from "#lib/files/file-kind.ts";
import type { Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { findHomeEntry, openHomeFile } from "#server/usecases/open-home-file.ts";
import { disposition } from "./attachment.ts";
import { byteRange } from "./byte-range.ts";

/** A file of a home, or a part of it. Always saved, never shown by itself: an `<img>` takes pictures from here all the same. */
export async function homeFileResponse(ctx: Context, path: string, request: Request): Promise<Response | Result<unknown>> {
  const found = await findHomeEntry(ctx, { path });
  if (!found.ok) return found;
  const { name, stamp, bytes } = found.value;
  const { headers } = request;
  const etag = `"${stamp}"`;
  const common = {
    etag,
    "accept-ranges": "bytes",
    "content-type": imageTypeOf(name) ?? "application/octet-stream",
    "content-disposition": disposition(name),
    "x-content-type-options": "nosniff",
    "content-security-policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "private, no-cache",
  };
  if (headers.get("if-none-match")?.includes(etag)) return new Response(null, { status: 304, headers: common });
  const range = byteRange(headers, etag, bytes);
  if (range === "unsatisfiable") return new Response(null, { status: 416, headers: { ...common, "content-range": `bytes */${bytes}` } });
  if (request.method === "HEAD") return new Response(null, { headers: { ...common, "content-length": String(bytes) } });
  const opened = await openHomeFile(ctx, { path, ...(range === "none" ? {} : { range }) });
  if (!opened.ok) return opened;
  const { entry, totalBytes, stream } = opened.value;
  const whole = { ...common, etag: `"${entry.stamp}"` };
  if (range === "none") return new Response(stream, { headers: { ...whole, "content-length": String(totalBytes) } });
  // It may have become shorter in between.
  const end = Math.min(range.end, totalBytes);
  return new Response(stream, {
    status: 206,
    headers: { ...whole, "content-length": String(end - range.start), "content-range": `bytes ${range.start}-${end - 1}/${totalBytes}` },
  });
}
