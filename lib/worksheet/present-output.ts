import type { CellShow } from "#lib/domain/worksheet.ts";
import type { MimeBundle, Output } from "#lib/notebook/nbformat.ts";
import type { AnsiSpan } from "./ansi.ts";
import { ansiSpans } from "./ansi.ts";
import { cutMarkerType } from "./collect-outputs.ts";
import { imageSize, svgSize } from "./image-size.ts";
import type { SimpleTable } from "./simple-table.ts";
import { readSimpleTable } from "./simple-table.ts";
import { readStoredImage, type ShownImageType, type StoredImage, shownImage, sizeOf } from "./stored-image.ts";
import { showStream } from "./stream-text.ts";

/**
 * How an output is shown. Everything but "frame" is safe to render by the page itself after ordinary encoding
 * ("svg" as an image's source, "markdown" by the page's own sanitising renderer); "frame" holds hostile HTML and
 * belongs into a sandboxed frame of opaque origin, nowhere else.
 */
export type Presentation =
  | { readonly kind: "nothing" }
  | { readonly kind: "text"; readonly spans: readonly AnsiSpan[]; readonly stream: "stdout" | "stderr" | null }
  | {
      readonly kind: "image";
      readonly type: ImageType;
      readonly base64: string;
      readonly width: number | null;
      readonly height: number | null;
      readonly alt: string;
    }
  | { readonly kind: "svg"; readonly source: string; readonly width: number | null; readonly height: number | null; readonly alt: string }
  | { readonly kind: "stored"; readonly image: StoredImage; readonly alt: string }
  | { readonly kind: "frame"; readonly html: string }
  | ({ readonly kind: "table" } & SimpleTable)
  | { readonly kind: "markdown"; readonly source: string }
  | { readonly kind: "latex"; readonly source: string }
  | { readonly kind: "json"; readonly value: unknown }
  | { readonly kind: "vega"; readonly lite: boolean; readonly spec: unknown; readonly fallback: string }
  | { readonly kind: "plotly"; readonly figure: unknown; readonly fallback: string }
  | { readonly kind: "error"; readonly name: string; readonly message: string; readonly traceback: readonly AnsiSpan[] }
  | { readonly kind: "cut"; readonly message: string };

export type ImageType = Exclude<ShownImageType, "image/svg+xml">;

/** The richest way to show an output that is safe; "nothing" for what the author removed. */
export function presentOutput(output: Output, show: CellShow): Presentation {
  if (show.outputs === "removed") return { kind: "nothing" };
  switch (output.output_type) {
    case "stream": {
      const stream = output.name === "stderr" ? "stderr" : "stdout";
      return show[stream] ? { kind: "text", spans: ansiSpans(showStream(output.text)), stream } : { kind: "nothing" };
    }
    case "error":
      return { kind: "error", name: plain(output.ename), message: plain(output.evalue), traceback: ansiSpans(output.traceback.join("\n")) };
    case "display_data":
    case "execute_result":
      return presentBundle(output.data, output.metadata);
  }
}

type Presenter = (bundle: MimeBundle, metadata: MimeBundle) => Presentation | null;

/** In this order; the first that finds something it can show wins. */
const presenters: readonly Presenter[] = [
  presentMarker,
  presentHtml,
  presentMarkdown,
  presentLatex,
  presentStored,
  presentImage,
  presentFigure,
  presentScript,
  presentJson,
  presentPlain,
];

function presentBundle(bundle: MimeBundle, metadata: MimeBundle): Presentation {
  for (const present of presenters) {
    const presentation = present(bundle, metadata);
    if (presentation) return presentation;
  }
  return { kind: "nothing" };
}

function presentMarker(bundle: MimeBundle): Presentation | null {
  if (!Object.hasOwn(bundle, cutMarkerType)) return null;
  return { kind: "cut", message: textIn(bundle, "text/plain") ?? "Output stopped here: it was too long." };
}

function presentHtml(bundle: MimeBundle): Presentation | null {
  const html = textIn(bundle, "text/html");
  if (html === null || html.trim() === "") return null;
  // R gives even single numbers as HTML; without any markup the plain text says the same.
  if (!/[<&]/.test(html)) return { kind: "text", spans: [{ text: html }], stream: null };
  const table = readSimpleTable(html);
  if (table) return { kind: "table", ...table };
  const script = textIn(bundle, "application/javascript");
  return { kind: "frame", html: script === null ? html : `${html}\n${scriptElement(script)}` };
}

function presentMarkdown(bundle: MimeBundle): Presentation | null {
  const source = textIn(bundle, "text/markdown");
  return source === null ? null : { kind: "markdown", source };
}

function presentLatex(bundle: MimeBundle): Presentation | null {
  const source = textIn(bundle, "text/latex");
  return source === null ? null : { kind: "latex", source };
}

function presentStored(bundle: MimeBundle): Presentation | null {
  const image = readStoredImage(bundle);
  return image === null ? null : { kind: "stored", image, alt: altOf(bundle) };
}

function presentImage(bundle: MimeBundle, metadata: MimeBundle): Presentation | null {
  const image = shownImage(bundle);
  if (image === null) return null;
  const { type, data } = image;
  if (type === "image/svg+xml") return { kind: "svg", source: data, ...sizeOf(metadata[type], svgSize(data)), alt: altOf(bundle) };
  return { kind: "image", type, base64: data, ...sizeOf(metadata[type], imageSize(type, data)), alt: altOf(bundle) };
}

function presentFigure(bundle: MimeBundle): Presentation | null {
  const fallback = plain(textIn(bundle, "text/plain") ?? "A figure");
  for (const [type, data] of Object.entries(bundle)) {
    if (/^application\/vnd\.plotly\.v1\+json$/.test(type)) return { kind: "plotly", figure: data, fallback };
    const vega = /^application\/vnd\.vega(lite)?\.v\d+\+json$/.exec(type);
    if (vega) return { kind: "vega", lite: vega[1] !== undefined, spec: data, fallback };
  }
  return null;
}

function presentScript(bundle: MimeBundle): Presentation | null {
  const script = textIn(bundle, "application/javascript");
  return script === null ? null : { kind: "frame", html: scriptElement(script) };
}

function presentJson(bundle: MimeBundle): Presentation | null {
  return Object.hasOwn(bundle, "application/json") ? { kind: "json", value: bundle["application/json"] } : null;
}

function presentPlain(bundle: MimeBundle): Presentation | null {
  const text = textIn(bundle, "text/plain");
  return text === null ? null : { kind: "text", spans: ansiSpans(text), stream: null };
}

function scriptElement(script: string): string {
  return `<script>${script.replaceAll(/<\/(?=script)/gi, "<\\/")}</script>`;
}

function textIn(bundle: MimeBundle, type: string): string | null {
  const data = Object.hasOwn(bundle, type) ? bundle[type] : undefined;
  return typeof data === "string" ? data : null;
}

/** "<Figure size 640x480 with 1 Axes>" says nothing to somebody who does not see it. */
function altOf(bundle: MimeBundle): string {
  const text = plain(textIn(bundle, "text/plain") ?? "").trim();
  return text === "" || /^<.*>$/s.test(text) || /^plot without title$/i.test(text) ? "Figure made by this worksheet" : text.slice(0, 300);
}

function plain(text: string): string {
  return ansiSpans(text)
    .map((span) => span.text)
    .join("");
}
