"use client";
import { Download } from "lucide-react";
import { useRef } from "react";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { stampFigure } from "#lib/worksheet/stamp-figure.ts";
import type { ShownImageType } from "#lib/worksheet/stored-image.ts";
import { bytesOfBase64, pngOfImage, saveFile } from "./download.ts";

type Figure = { readonly width: number | null; readonly height: number | null } & (
  | { readonly type: Exclude<ShownImageType, "image/svg+xml">; readonly base64: string }
  | { readonly type: "image/svg+xml"; readonly svg: string }
  | { readonly type: ShownImageType; readonly url: string }
);
export type FigureOrigin = { readonly title: string; readonly run: string; readonly commit: string | null };
type Props = {
  figure: Figure;
  alt: string;
  name: string;
  origin: FigureOrigin | null;
  /** Fetched when it comes near the window: for pages of many figures. */
  lazy?: boolean;
};

const kinds = {
  "image/png": ["png", t.output.png],
  "image/jpeg": ["jpg", t.output.jpeg],
  "image/gif": ["gif", t.output.gif],
  "image/webp": ["webp", t.output.webp],
  "image/svg+xml": ["svg", t.output.svg],
} as const;

/** SVG too goes through <img>, where neither its scripts nor its references come alive. */
export function FigureOutput({ figure, alt, name, origin, lazy = false }: Props) {
  const [ending, kind] = kinds[figure.type];
  const file = `${name}.${ending}`;
  const image = useRef<HTMLImageElement>(null);
  const label = `${t.output.download(kind)}: ${alt}`;
  return (
    <figure className="output-figure">
      <div className="paper">
        {/* biome-ignore lint/performance/noImgElement: shown as it was made, at the size it was made for. */}
        <img
          ref={image}
          src={sourceOf(figure)}
          alt={alt}
          width={figure.width ?? undefined}
          height={figure.height ?? undefined}
          loading={lazy ? "lazy" : undefined}
          decoding="async"
        />
      </div>
      {"url" in figure ? (
        <a className="output-download" href={`${figure.url}?download=${encodeURIComponent(file)}`} download={file} aria-label={label}>
          <Download size={14} aria-hidden />
          {kind}
        </a>
      ) : (
        <button
          type="button"
          className="output-download"
          aria-label={label}
          onClick={() =>
            saveFile(file, figure.type, stamped(figure.type, "svg" in figure ? new TextEncoder().encode(figure.svg) : bytesOfBase64(figure.base64), origin))
          }
        >
          <Download size={14} aria-hidden />
          {kind}
        </button>
      )}
      {ending === "svg" && (
        <button
          type="button"
          className="output-download"
          aria-label={`${t.output.download(t.output.png)}: ${alt}`}
          onClick={() => void pngOfImage(image.current).then((png) => png && saveFile(`${name}.png`, "image/png", stamped("image/png", png, origin)))}
        >
          <Download size={14} aria-hidden />
          {t.output.png}
        </button>
      )}
    </figure>
  );
}

/** What a person keeps says inside itself which run drew it. */
function stamped(type: string, bytes: Uint8Array<ArrayBuffer>, origin: FigureOrigin | null): Uint8Array<ArrayBuffer> {
  return origin === null ? bytes : stampFigure(type, bytes, { ...origin, source: `${location.origin}${routes.run(origin.run)}` });
}

function sourceOf(figure: Figure): string {
  if ("url" in figure) return figure.url;
  return "svg" in figure ? `data:image/svg+xml;charset=utf-8,${encodeURIComponent(figure.svg)}` : `data:${figure.type};base64,${figure.base64}`;
}
