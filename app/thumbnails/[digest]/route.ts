import { anyone } from "#server/next/anyone.ts";
import { readThumbnail } from "#server/usecases/read-thumbnail.ts";

type RouteContext = { params: Promise<{ digest: string }> };

/** The address is the content's digest: what it names never changes. */
export async function GET(request: Request, { params }: RouteContext): Promise<Response> {
  return anyone(request, async (ctx) => {
    const found = await readThumbnail(ctx, await params);
    if (!found.ok) return found;
    const body = new Uint8Array(found.value.bytes);
    const headers = {
      "content-type": found.value.mediaType,
      "cache-control": "public, max-age=31536000, immutable",
      "content-security-policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
    };
    return new Response(body, { headers: { ...headers, "x-content-type-options": "nosniff", "content-length": String(body.byteLength) } });
  });
}
