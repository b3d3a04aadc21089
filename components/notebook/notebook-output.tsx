import { AnsiText } from "#components/outputs/ansi-text.tsx";
import { FigureOutput } from "#components/outputs/figure-output.tsx";
import { OutputView } from "#components/outputs/output-view.tsx";
import type { PreparedOutput } from "#lib/domain/notebook-view.ts";
import { t } from "#lib/messages/en.ts";
import type { Output } from "#lib/notebook/nbformat.ts";
import { showAll } from "#lib/notebook/present-cell-output.ts";
import { presentOutput } from "#lib/worksheet/present-output.ts";
import { ApartOutput } from "./apart-output.tsx";

type Props = { output: PreparedOutput; cell: number /** Null where nothing can be fetched. */; outputBase: string | null; caption: string };

/** One output of a notebook's cell: in the page, as an image of its own address, or fetched when asked for. */
export function NotebookOutput({ output, cell, outputBase, caption }: Props) {
  const name = `cell-${cell + 1}-${output.position + 1}`;
  if (output.kind === "here") {
    if (output.output.output_type === "error") return <FailedCell output={output.output} />;
    return <OutputView output={output.output} show={showAll} name={name} caption={caption} origin={null} />;
  }
  if (outputBase === null) return null;
  const url = `${outputBase}/${cell}/${output.position}`;
  if (output.kind === "apart") return <ApartOutput url={url} what={output.what} bytes={output.bytes} name={name} caption={caption} />;
  const { type, width, height } = output;
  const alt = output.alt === "Figure made by this worksheet" ? t.output.figureOf(caption) : output.alt;
  return <FigureOutput figure={{ type, width, height, url }} alt={alt} name={name} origin={null} lazy />;
}

/** Whoever reads a notebook reads its code: the traceback is open to them. */
function FailedCell({ output }: { output: Extract<Output, { output_type: "error" }> }) {
  const presentation = presentOutput(output, showAll);
  if (presentation.kind !== "error") return null;
  return (
    <div className="notice notice-wrong block">
      <p className="label">{t.notebook.errorStopped}</p>
      <p className="mt-0.5 font-mono text-xs wrap-anywhere">
        {presentation.name}
        {presentation.message && `: ${presentation.message}`}
      </p>
      {presentation.traceback.length > 0 && (
        <details className="mt-2">
          <summary className="hint cursor-pointer">{t.notebook.traceback}</summary>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard. */}
          <pre className="output-text mt-2" tabIndex={0}>
            <AnsiText spans={presentation.traceback} />
          </pre>
        </details>
      )}
    </div>
  );
}
