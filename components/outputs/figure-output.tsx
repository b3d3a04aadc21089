"use client";
import { Download } from "lucide-react";
import { t } from "#lib/messages/en.ts";
import { bytesOfBase64, saveFile } from "./download.ts";

type Figure =
  | { readonly type: "image/png" | "image/jpeg" | "image/gif" | "image/webp"; readonly base64: string }
  | { readonly type: "image/svg+xml"; readonly svg: string };
type Props = { figure: Figure; alt: string; name: string; width?: number | undefined; height?: number | undefined };

const kinds = {
  "image/png": ["png", t.output.png],
  "image/jpeg": ["jpg", t.output.jpeg],
  "image/gif": ["gif", t.output.gif],
  "image/webp": ["webp", t.output.webp],
  "image/svg+xml": ["svg", t.output.svg],
} as const;

/** SVG too goes through <img>, where neither its scripts nor its references come alive. */
export function FigureOutput({ figure, alt, name, width, height }: Props) {
  const [ending, kind] = kinds[figure.type];
  const source =
    figure.type === "image/svg+xml"
      ? `data:image/svg+xml;charset=utf-8,${encodeURIComponent(figure.svg)}`
      : `data:${figure.type};base64,${figure.base64.replace(/\s/g, "")}`;
  const save = () => saveFile(`${name}.${ending}`, figure.type, figure.type === "image/svg+xml" ? figure.svg : bytesOfBase64(figure.base64));
  return (
    <figure className="output-figure">
      <div className="paper">
        {/* biome-ignore lint/performance/noImgElement: the image is in the page already. */}
        <img src={source} alt={alt} width={width} height={height} />
      </div>
      <button type="button" className="output-download" aria-label={`${t.output.download(kind)}: ${alt}`} onClick={save}>
        <Download size={14} aria-hidden />
        {kind}
      </button>
    </figure>
  );
}
