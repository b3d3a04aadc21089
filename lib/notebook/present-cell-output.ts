import type { PreparedOutput } from "#lib/domain/notebook-view.ts";
import type { CellShow } from "#lib/domain/worksheet.ts";
import { imageSize, svgSize } from "#lib/worksheet/image-size.ts";
import { type Presentation, presentOutput } from "#lib/worksheet/present-output.ts";
import { shownImage, sizeOf } from "#lib/worksheet/stored-image.ts";
import type { MimeBundle, Output } from "./nbformat.ts";

/** What a page leaves out of a notebook: an image's bytes (`base64`) or text (`text`), or an output as JSON. */
export type ApartContent = { readonly mediaType: string } & ({ readonly base64: string } | { readonly text: string });
export type PresentedOutput = { readonly shown: PreparedOutput; readonly apart: ApartContent | null };

/** Larger ones are fetched when they are looked at. An image has its own request sooner: the browser keeps it. */
export const mostCharacters = 32 * 1024;
const mostImageCharacters = 4096;

export const showAll: CellShow = { source: "shown", outputs: "shown", stdout: true, stderr: true };

/** An output as a page gets it: of all that it offers only what is shown, and what is heavy by its place alone. */
export function presentCellOutput(output: Output, position: number): PresentedOutput {
  const image = "data" in output ? presentImage(output.data, output.metadata, position) : null;
  if (image) return image;
  const presentation = presentOutput(output, showAll);
  const slim = slimmed(output, presentation);
  const text = JSON.stringify(slim);
  if (text.length <= mostCharacters) return { shown: { kind: "here", position, output: slim }, apart: null };
  return { shown: { kind: "apart", position, what: kindOf(presentation), bytes: text.length }, apart: { mediaType: "application/json", text } };
}

function presentImage(bundle: MimeBundle, metadata: MimeBundle, position: number): PresentedOutput | null {
  const output: Output = { output_type: "display_data", data: bundle, metadata };
  const presentation = presentOutput(output, showAll);
  const image = presentation.kind === "image" || presentation.kind === "svg" ? shownImage(bundle) : null;
  if (!image || image.data.length <= mostImageCharacters) return null;
  const { type, data } = image;
  const isText = type === "image/svg+xml";
  const size = sizeOf(metadata[type], isText ? svgSize(data) : imageSize(type, data));
  const alt = "alt" in presentation ? presentation.alt : "";
  return {
    shown: { kind: "image", position, type, bytes: isText ? data.length : Math.floor((data.length * 3) / 4), ...size, alt },
    apart: isText ? { mediaType: type, text: data } : { mediaType: type, base64: data },
  };
}

/** Which of a bundle's types each presentation is made from. */
const typesOf = {
  nothing: [],
  text: ["text/plain", "text/html"],
  image: ["image/png", "image/jpeg", "image/gif", "image/webp", "text/plain"],
  svg: ["image/svg+xml", "text/plain"],
  stored: null,
  frame: ["text/html", "application/javascript"],
  table: ["text/html"],
  markdown: ["text/markdown"],
  latex: ["text/latex"],
  json: ["application/json"],
  vega: ["text/plain"],
  plotly: ["text/plain"],
  error: null,
  cut: null,
} as const satisfies Record<Presentation["kind"], readonly string[] | null>;

function slimmed(output: Output, presentation: Presentation): Output {
  if (!("data" in output)) return output;
  const kept = typesOf[presentation.kind];
  if (kept === null) return output;
  const data = Object.fromEntries(Object.entries(output.data).filter(([type]) => (kept as readonly string[]).includes(type)));
  // What needs a library of its own is told by its words; that it is such a thing must still be seen.
  const drawn = presentation.kind === "vega" || presentation.kind === "plotly" ? Object.keys(output.data).filter((type) => /plotly|vega/.test(type)) : [];
  return { ...output, data: { ...data, ...Object.fromEntries(drawn.map((type) => [type, {}])) } };
}

function kindOf({ kind }: Presentation): "text" | "page" | "data" {
  if (kind === "frame") return "page";
  return kind === "json" || kind === "table" ? "data" : "text";
}
