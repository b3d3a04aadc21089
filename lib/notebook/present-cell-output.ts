import type { PreparedOutput } from "#lib/domain/notebook-view.ts";
import type { CellShow } from "#lib/domain/worksheet.ts";
import { type Presentation, presentOutput } from "#lib/worksheet/present-output.ts";
import { shownImageTypes } from "#lib/worksheet/stored-image.ts";
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
  const type = shownImageTypes.find((one) => typeof bundle[one] === "string" && bundle[one].length > mostImageCharacters);
  const data = type && bundle[type];
  if (!type || typeof data !== "string") return null;
  // Its beginning tells what it is and how large; megabytes are not read for that.
  const beginning: MimeBundle = Object.fromEntries(
    Object.entries(bundle).map(([key, value]) => [key, isImage(key) && typeof value === "string" ? value.slice(0, probed) : value]),
  );
  const presentation = presentOutput({ output_type: "display_data", data: beginning, metadata }, showAll);
  const isSvg = presentation.kind === "svg" && type === "image/svg+xml";
  if (!isSvg && !(presentation.kind === "image" && presentation.type === type)) return null;
  const { width, height, alt } = presentation;
  return {
    shown: { kind: "image", position, type, bytes: isSvg ? data.length : Math.floor((data.length * 3) / 4), width, height, alt },
    apart: isSvg ? { mediaType: type, text: data } : { mediaType: type, base64: data },
  };
}

/** A multiple of four, so that base64 may be cut there. Headers of photographs are tens of kilobytes. */
const probed = 96 * 1024;

function isImage(type: string): boolean {
  return (shownImageTypes as readonly string[]).includes(type);
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
