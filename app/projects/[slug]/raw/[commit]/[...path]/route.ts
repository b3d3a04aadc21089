import { imageTypeOf } from "#lib/files/file-kind.ts";
import { disposition } from "#server/next/attachment.ts";
import { byteRange } from "#server/next/byte-range.ts";
import { keepingOf } from "#server/next/keeping-of.ts";
import { whoever } from "#server/next/whoever.ts";
import { openVersionFile } from "#server/usecases/read-version-file.ts";

type RouteContext = { params: Promise<{ slug: string; commit: string; path: string[] }> };

/**
 * A file's bytes as somebody wrote them. Only images are ever shown, and nothing in them may run, nor load anything;
 * all else is saved.
 */
export async function GET(request: Request, { params }: RouteContext): Promise<Response> {
  return whoever(request, async (ctx) => {
    const { slug, commit, path } = await params;
    const opened = await openVersionFile(ctx, { projectId: slug, commit, path: path.join("/") });
    if (!opened.ok) return opened;
    const { name, blob, bytes, stream } = opened.value;
    const type = new URL(request.url).searchParams.has("download") ? null : imageTypeOf(name);
    const etag = `"${blob}"`;
    const headers = {
      etag,
      "accept-ranges": "bytes",
      "cache-control": keepingOf(commit),
      "content-type": type ?? "application/octet-stream",
      ...(type === null ? { "content-disposition": disposition(name) } : {}),
      "content-security-policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
      "x-content-type-options": "nosniff",
      "cross-origin-resource-policy": "same-origin",
    };
    if (request.headers.get("if-none-match")?.includes(etag)) {
      await stream.cancel();
      return new Response(null, { status: 304, headers });
    }
    const range = byteRange(request.headers, etag, bytes);
    if (range === "none") return new Response(stream, { headers: { ...headers, "content-length": String(bytes) } });
    if (range === "unsatisfiable") {
      await stream.cancel();
      return new Response(null, { status: 416, headers: { ...headers, "content-range": `bytes */${bytes}` } });
    }
    return new Response(cut(stream, range.start, range.end), {
      status: 206,
      headers: { ...headers, "content-length": String(range.end - range.start), "content-range": `bytes ${range.start}-${range.end - 1}/${bytes}` },
    });
  });
}

/** From `start` up to `end`, exclusive; what comes after is not read. */
function cut(stream: ReadableStream<Uint8Array>, start: number, end: number): ReadableStream<Uint8Array> {
  let position = 0;
  return stream.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        const from = Math.max(0, start - position);
        const to = Math.min(chunk.byteLength, end - position);
        position += chunk.byteLength;
        if (from < to) controller.enqueue(chunk.subarray(from, to));
        if (position >= end) controller.terminate();
      },
    }),
  );
}
