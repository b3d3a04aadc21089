import { disposition } from "#server/next/attachment.ts";
import { whoever } from "#server/next/whoever.ts";
import { readHomeOutput } from "#server/usecases/preview-home-file.ts";

type RouteContext = { params: Promise<{ path: string[] }> };

/** One heavy output of a notebook in one's own home: `<path>/<cell>/<position>`. Somebody's code made it: nothing in it may run, nor load anything. */
export async function GET(request: Request, { params }: RouteContext): Promise<Response> {
  return whoever(request, async (ctx) => {
    const { path } = await params;
    const found = await readHomeOutput(ctx, { path: path.slice(0, -2).join("/"), cell: placeOf(path.at(-2)), position: placeOf(path.at(-1)) });
    if (!found.ok) return found;
    const { mediaType, bytes } = found.value;
    const name = new URL(request.url).searchParams.get("download");
    return new Response(bytes, {
      headers: {
        "cache-control": "private, no-store",
        "content-type": mediaType,
        "content-length": String(bytes.byteLength),
        ...(name === null ? {} : { "content-disposition": disposition(name.slice(0, 200) || "output") }),
        "content-security-policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
        "x-content-type-options": "nosniff",
        "cross-origin-resource-policy": "same-origin",
      },
    });
  });
}

/** Anything but a small number names no place. */
function placeOf(text: string | undefined): number {
  return text !== undefined && /^\d{1,6}$/.test(text) ? Number(text) : -1;
}
