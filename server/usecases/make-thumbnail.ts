import sharp from "sharp";
import type { Digest } from "#lib/domain/ids.ts";
import type { CellResult } from "#lib/domain/run.ts";
import type { CompiledWorksheet } from "#lib/domain/worksheet.ts";
import type { Output } from "#lib/notebook/nbformat.ts";
import { digestOf } from "#server/ids.ts";

export type Thumbnail = {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly alt: string;
};

/** A card is at most 400 px wide, on screens with two pixels for one. */
const maxWidth = 800;
const keepBytes = 60_000;
const maxSourceBytes = 30 * 1024 * 1024;
/** A few bytes of PNG can claim a gigabyte of pixels. */
const maxPixels = 50_000_000;

/** The first figure that a reader of the worksheet sees, as a picture for its card; null where it has none. */
export async function makeThumbnail(compiled: CompiledWorksheet, cells: readonly CellResult[]): Promise<Thumbnail | null> {
  for (const { index, outputs } of cells) {
    const cell = compiled.cells.find((one) => one.index === index);
    if (cell?.kind !== "code" || cell.show.outputs === "removed") continue;
    for (const output of outputs) {
      const source = figureOf(output);
      if (source) return shrink(source, altOf(compiled, index, output));
    }
  }
  return null;
}

function figureOf(output: Output): Buffer | null {
  if (output.output_type !== "display_data" && output.output_type !== "execute_result") return null;
  for (const type of ["image/png", "image/jpeg", "image/svg+xml"]) {
    const data = output.data[type];
    if (typeof data !== "string" || data.length > maxSourceBytes) continue;
    return Buffer.from(data, type === "image/svg+xml" ? "utf8" : "base64");
  }
  return null;
}

async function shrink(source: Buffer, alt: string): Promise<Thumbnail | null> {
  const image = sharp(source, { limitInputPixels: maxPixels, failOn: "error", density: 144 });
  const { format, width, height } = await image.metadata();
  if (!width || !height || width < 32 || height < 32) return null;
  if (format === "png" && source.length <= keepBytes && width <= maxWidth)
    return { digest: digestOf(source), mediaType: "image/png", bytes: source, width, height, alt };
  // A figure without a background was drawn for white paper.
  const { data, info } = await image
    .resize({ width: Math.min(width, maxWidth), withoutEnlargement: true })
    .flatten({ background: "#fff" })
    .webp({ quality: 85 })
    .toBuffer({ resolveWithObject: true });
  return { digest: digestOf(data), mediaType: "image/webp", bytes: data, width: info.width, height: info.height, alt };
}

/** What the author wrote about the figure, else the heading it stands under. */
function altOf(compiled: CompiledWorksheet, index: number, output: Output): string {
  const metadata = "metadata" in output ? output.metadata : {};
  for (const key of ["alt", "caption"]) {
    const own = metadata[key];
    if (typeof own === "string" && own.trim() !== "") return own.trim().slice(0, 300);
  }
  const headings = compiled.cells
    .filter((cell) => cell.kind === "markdown" && cell.index < index)
    .flatMap((cell) => [...cell.source.matchAll(/^#{1,6}[ \t]+(.+?)[ \t#]*$/gm)].map((found) => found[1] ?? ""));
  const nearest = headings
    .at(-1)
    ?.replace(/[*_`$]/g, "")
    .trim();
  return nearest && nearest !== compiled.title ? `Figure under “${nearest}”, ${compiled.title}` : `Figure of ${compiled.title}`;
}
