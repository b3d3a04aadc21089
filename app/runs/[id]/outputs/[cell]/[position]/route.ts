import { stampFigure } from "#lib/worksheet/stamp-figure.ts";
import { disposition } from "#server/next/attachment.ts";
import { whoever } from "#server/next/whoever.ts";
import { readRunOutput } from "#server/usecases/read-run-output.ts";

type RouteContext = { params: Promise<{ id: string; cell: string; position: string }> };

/** A figure of a finished run, which never changes any more. Somebody's code drew it: nothing in it may run, nor load anything. */
export async function GET(request: Request, { params }: RouteContext): Promise<Response> {
  return whoever(request, async (ctx) => {
    const { id, cell, position } = await params;
    const found = await readRunOutput(ctx, { id, cell: placeOf(cell), position: placeOf(position) });
    if (!found.ok) return found;
    const { mediaType, bytes, digest, forEverybody, stamp } = found.value;
    const name = new URL(request.url).searchParams.get("download");
    if (name !== null) return saved(name, mediaType, stampFigure(mediaType, bytes, stamp));
    const etag = `"${digest.replace("sha256:", "")}"`;
    // A worksheet may be taken back: what others keep of it ends soon after.
    const headers = {
      etag,
      "cache-control": forEverybody ? "public, max-age=3600" : "private, max-age=31536000, immutable",
      "content-type": mediaType,
      "content-security-policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
      "x-content-type-options": "nosniff",
      "cross-origin-resource-policy": "same-origin",
    };
    const known = request.headers.get("if-none-match")?.includes(etag) ?? false;
    return known ? new Response(null, { status: 304, headers }) : new Response(bytes, { headers: { ...headers, "content-length": String(bytes.byteLength) } });
  });
}

/** The file that somebody keeps says inside itself where it is from; its address is no figure's, and nothing keeps its answer. */
function saved(name: string, mediaType: string, bytes: Uint8Array<ArrayBuffer>): Response {
  return new Response(bytes, {
    headers: {
      "cache-control": "private, no-store",
      "content-type": mediaType,
      "content-length": String(bytes.byteLength),
      "content-disposition": disposition(name.slice(0, 200) || "figure"),
      "content-security-policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
      "x-content-type-options": "nosniff",
      "cross-origin-resource-policy": "same-origin",
    },
  });
}

/** Anything but a small number names no place. */
function placeOf(text: string): number {
  return /^\d{1,6}$/.test(text) ? Number(text) : -1;
}
