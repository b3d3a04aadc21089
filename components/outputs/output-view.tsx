"use client";
import dynamic from "next/dynamic";
import { memo } from "react";
import type { CellShow } from "#lib/domain/worksheet.ts";
import { t } from "#lib/messages/en.ts";
import type { Output } from "#lib/notebook/nbformat.ts";
import { routes } from "#lib/routes.ts";
import { type Presentation, presentOutput } from "#lib/worksheet/present-output.ts";
import { ErrorOutput } from "./error-output.tsx";
import { FigureOutput } from "./figure-output.tsx";
import { Folded } from "./folded.tsx";
import { FrameOutput } from "./frame-output.tsx";
import { TableOutput } from "./table-output.tsx";
import { TextOutput } from "./text-output.tsx";

const MarkdownOutput = dynamic(() => import("./markdown-output.tsx"));

type Props = { output: Output; show: CellShow /** For files that are saved. */; name: string /** What the figure belongs to. */; title: string };

/** One output of a cell. What it may become is decided by `presentOutput`; everything here is encoded, an image, or in a frame. */
export const OutputView = memo(function OutputView({ output, show, name, title }: Props) {
  return <Presented presentation={presentOutput(output, show)} name={name} title={title} />;
});

function Presented({ presentation, name, title }: { presentation: Presentation; name: string; title: string }) {
  switch (presentation.kind) {
    case "nothing":
      return null;
    case "text":
      return <TextOutput spans={presentation.spans} stream={presentation.stream} />;
    case "image":
      return <FigureOutput figure={presentation} alt={altOf(presentation.alt, title)} name={name} />;
    case "svg":
      return <FigureOutput figure={{ ...presentation, type: "image/svg+xml", svg: presentation.source }} alt={altOf(presentation.alt, title)} name={name} />;
    case "stored": {
      const { run, cell, position, ...image } = presentation.image;
      return <FigureOutput figure={{ ...image, url: routes.runOutput(run, cell, position) }} alt={altOf(presentation.alt, title)} name={name} />;
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
function altOf(alt: string, title: string): string {
  return alt === "Figure made by this worksheet" ? t.output.figureOf(title) : alt;
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
