import type { PreparedOutputContent } from "#server/notebook/prepare-notebook.ts";
import { disposition } from "./attachment.ts";

/** Cell and position of an output, the last two parts of its address; anything but a small number names no place. */
export function placeOfOutput(path: readonly string[]): { readonly path: string; readonly cell: number; readonly position: number } {
  return { path: path.slice(0, -2).join("/"), cell: numberOf(path.at(-2)), position: numberOf(path.at(-1)) };
}

function numberOf(text: string | undefined): number {
  return text !== undefined && /^\d{1,6}$/.test(text) ? Number(text) : -1;
}

/** One heavy output of a notebook. Somebody's code made it: nothing in it may run, nor load anything. */
export function preparedOutput(request: Request, { mediaType, bytes }: PreparedOutputContent, keeping: string): Response {
  const name = new URL(request.url).searchParams.get("download");
  return new Response(bytes, {
    headers: {
      "cache-control": keeping,
      "content-type": mediaType,
      "content-length": String(bytes.byteLength),
      ...(name === null ? {} : { "content-disposition": disposition(name.slice(0, 200) || "output") }),
      "content-security-policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
      "x-content-type-options": "nosniff",
      "cross-origin-resource-policy": "same-origin",
    },
  });
}
