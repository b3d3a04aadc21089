import { isId } from "#lib/domain/ids.ts";
import type { CellResult } from "#lib/domain/run.ts";
import { isFinal } from "#lib/domain/run.ts";
import type { RunView } from "#lib/domain/worksheet.ts";
import type { MimeBundle, Output } from "#lib/notebook/nbformat.ts";
import { imageSize, svgSize } from "./image-size.ts";

/** What stands in a page's outputs where a large image is: the page names it, and the browser fetches it once. */
export const storedImageType = "application/vnd.sheaf.stored-image+json";

/** In the order in which the first is shown. */
export const shownImageTypes = ["image/svg+xml", "image/png", "image/jpeg", "image/gif", "image/webp"] as const;
export type ShownImageType = (typeof shownImageTypes)[number];

export type StoredImage = {
  readonly run: string;
  readonly cell: number;
  /** Among the cell's outputs. */
  readonly position: number;
  readonly type: ShownImageType;
  readonly width: number | null;
  readonly height: number | null;
};

/** Below this an image costs less in the page than a request of its own. */
const keptCharacters = 4096;

/** A finished run as a page gets it: large images by their address, everything else as it is. The API's answers keep the data. */
export function withImagesApart(run: RunView): RunView {
  return isFinal(run.state) ? { ...run, cells: run.cells.map((cell) => cellWithImagesApart(run.id, cell)) } : run;
}

function cellWithImagesApart(run: string, cell: CellResult): CellResult {
  return { ...cell, outputs: cell.outputs.map((output, position) => outputWithImageApart(output, { run, cell: cell.index, position })) };
}

function outputWithImageApart(output: Output, place: Pick<StoredImage, "run" | "cell" | "position">): Output {
  if (output.output_type !== "display_data" && output.output_type !== "execute_result") return output;
  const image = shownImage(output.data);
  if (!image || image.data.length <= keptCharacters) return output;
  const data = Object.fromEntries(Object.entries(output.data).filter(([type]) => !(shownImageTypes as readonly string[]).includes(type)));
  const { type } = image;
  const stored: StoredImage = {
    ...place,
    type,
    ...sizeOf(output.metadata[type], type === "image/svg+xml" ? svgSize(image.data) : imageSize(type, image.data)),
  };
  return { ...output, data: { ...data, [storedImageType]: stored } };
}

/** The image of a bundle that a page shows, its base64 without white space. */
export function shownImage(bundle: MimeBundle): { readonly type: ShownImageType; readonly data: string } | null {
  for (const type of shownImageTypes) {
    const data = Object.hasOwn(bundle, type) ? bundle[type] : undefined;
    if (typeof data !== "string") continue;
    if (type === "image/svg+xml") return { type, data };
    const base64 = data.replaceAll(/\s+/g, "");
    if (/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return { type, data: base64 };
  }
  return null;
}

/** What the kernel said counts; a width alone leaves the height to the image's own shape. */
export function sizeOf(said: unknown, own: { readonly width: number; readonly height: number } | null): Pick<StoredImage, "width" | "height"> {
  const width = sizeIn(said, "width");
  const height = sizeIn(said, "height");
  if (width !== null && height !== null) return { width, height };
  if (own === null) return { width, height };
  if (width !== null) return { width, height: Math.round((width * own.height) / own.width) };
  if (height !== null) return { width: Math.round((height * own.width) / own.height), height };
  return own;
}

function sizeIn(size: unknown, key: "width" | "height"): number | null {
  const value = typeof size === "object" && size !== null && key in size ? (size as Record<string, unknown>)[key] : null;
  return typeof value === "number" && value > 0 && value <= 20_000 ? value : null;
}

/** A kernel may write this type too: what it says is a place among runs, which the reader may read or not, and no address. */
export function readStoredImage(bundle: MimeBundle): StoredImage | null {
  const said = Object.hasOwn(bundle, storedImageType) ? bundle[storedImageType] : null;
  if (typeof said !== "object" || said === null) return null;
  const { run, cell, position, type, width, height } = said as Record<string, unknown>;
  const isPlace = typeof run === "string" && isId("run", run) && Number.isSafeInteger(cell) && Number.isSafeInteger(position);
  const known = shownImageTypes.find((one) => one === type);
  if (!isPlace || !known) return null;
  const size = sizeOf({ width, height }, null);
  return { run, cell: cell as number, position: position as number, type: known, ...size };
}
