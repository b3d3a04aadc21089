"use client";
import dynamic from "next/dynamic";
import { memo } from "react";
import type { CellShow } from "#lib/domain/worksheet.ts";
import { t } from "#lib/messages/en.ts";
import type { Output } from "#lib/notebook/nbformat.ts";
import { routes } from "#lib/routes.ts";
import { type Presentation, presentOutput } from "#lib/worksheet/present-output.ts";
import { ErrorOutput } from "./error-output.tsx";
import { type FigureOrigin, FigureOutput } from "./figure-output.tsx";
import { Folded } from "./folded.tsx";
import { FrameOutput } from "./frame-output.tsx";
import { TableOutput } from "./table-output.tsx";
import { TextOutput } from "./text-output.tsx";

const MarkdownOutput = dynamic(() => import("./markdown-output.tsx"));

type Props = {
  output: Output;
  show: CellShow;
  /** For files that are saved. */
  name: string;
  /** The heading or caption that a figure without words of its own stands under. */
  caption: string;
  /** Where a figure is from, for the file that is kept of it; null where no run made it. */
  origin: FigureOrigin | null;
};

/** One output of a cell. What it may become is decided by `presentOutput`; everything here is encoded, an image, or in a frame. */
export const OutputView = memo(function OutputView({ output, show, ...place }: Props) {
  return <Presented presentation={presentOutput(output, show)} {...place} />;
});

type PresentedProps = { presentation: Presentation } & Omit<Props, "output" | "show">;

function Presented({ presentation, name: place, caption, origin }: PresentedProps) {
  const name = origin ? `${place}-${origin.run}` : place;
  switch (presentation.kind) {
    case "nothing":
      return null;
    case "text":
      return <TextOutput spans={presentation.spans} stream={presentation.stream} />;
    case "image":
      return <FigureOutput figure={presentation} alt={altOf(presentation.alt, caption)} name={name} origin={origin} />;
    case "svg":
      return (
        <FigureOutput
          figure={{ ...presentation, type: "image/svg+xml", svg: presentation.source }}
          alt={altOf(presentation.alt, caption)}
          name={name}
          origin={origin}
        />
      );
    case "stored": {
      const { run, cell, position, ...image } = presentation.image;
      const figure = { ...image, url: routes.runOutput(run, cell, position) };
      return <FigureOutput figure={figure} alt={altOf(presentation.alt, caption)} name={`${place}-${run}`} origin={origin && { ...origin, run }} />;
    }
    case "frame":
      return <FrameOutput html={presentation.html} label={t.output.frame} />;
    case "table":
      return <TableOutput table={presentation} name={name} />;
    case "markdown":
    case "latex":
      return <MarkdownOutput source={presentation.source} />;
    case "json":
      return <JsonOutput value={presentation.value} />;
    case "vega":
    case "plotly":
      return (
        <div>
          <p className="hint">{t.output.withoutLibrary}</p>
          <TextOutput spans={[{ text: presentation.fallback }]} stream={null} />
        </div>
      );
    case "error":
      return <ErrorOutput {...presentation} />;
    case "cut":
      return <p className="notice notice-changed">{presentation.message}</p>;
  }
}

/** A figure that was given no words is at least told apart by what it belongs to. */
function altOf(alt: string, caption: string): string {
  return alt === "Figure made by this worksheet" ? t.output.figureOf(caption) : alt;
}

function JsonOutput({ value }: { value: unknown }) {
  const text = JSON.stringify(value, null, 2) ?? "null";
  return (
    <Folded
      short={<pre className="output-text">{text.slice(0, 400)}</pre>}
      whole={() => <pre className="output-text">{text}</pre>}
      more={t.output.more(text.split("\n").length)}
    />
  );
}
