import { disposition } from "#server/next/attachment.ts";
import { keepingOf } from "#server/next/keeping-of.ts";
import { whoever } from "#server/next/whoever.ts";
import { readVersionOutput } from "#server/usecases/preview-version-file.ts";

type RouteContext = { params: Promise<{ slug: string; commit: string; path: string[] }> };

/** One heavy output of a notebook in a version: `<path>/<cell>/<position>`. Somebody's code made it: nothing in it may run, nor load anything. */
export async function GET(request: Request, { params }: RouteContext): Promise<Response> {
  return whoever(request, async (ctx) => {
    const { slug, commit, path } = await params;
    const place = { cell: placeOf(path.at(-2)), position: placeOf(path.at(-1)) };
    const found = await readVersionOutput(ctx, { projectId: slug, commit, path: path.slice(0, -2).join("/"), ...place });
    if (!found.ok) return found;
    const { mediaType, bytes } = found.value;
    const name = new URL(request.url).searchParams.get("download");
    return new Response(bytes, {
      headers: {
        "cache-control": keepingOf(commit),
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
