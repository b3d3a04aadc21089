"use client";
import { ChevronRight } from "lucide-react";
import { memo, useLayoutEffect, useMemo, useRef } from "react";
import { Markdown } from "#components/outputs/markdown.tsx";
import { OutputView } from "#components/outputs/output-view.tsx";
import type { CellResult } from "#lib/domain/run.ts";
import type { DisplayCell } from "#lib/domain/worksheet.ts";
import type { RunSession } from "#lib/form/run-session.ts";
import { t } from "#lib/messages/en.ts";
import { captionsOf } from "#lib/worksheet/captions.ts";
import { joinFrames } from "#lib/worksheet/join-frames.ts";

type Props = {
  cells: readonly DisplayCell[];
  session: RunSession;
  busy: boolean;
  shown: readonly CellResult[];
  /** What stood here before the run began: kept, dimmed, until each cell has something new. */
  former: readonly CellResult[];
  title: string;
  /** Which runs `shown` and `former` are of. */
  runs: { readonly shown: string | null; readonly former: string | null };
  /** The worksheet's version; null where it is not known yet. */
  commit: string | null;
};

const none: CellResult["outputs"] = [];

export function Results({ cells, session, busy, shown, former, title, runs, commit }: Props) {
  const captions = useMemo(() => captionsOf(cells, title), [cells, title]);
  const now = useMemo(() => byIndex(shown), [shown]);
  const before = useMemo(() => byIndex(former), [former]);
  const empty = !busy && shown.every((cell) => cell.outputs.length === 0) && session.runId !== null && session.state === "done";
  return (
    <div className="cells" aria-busy={busy}>
      {cells.map((cell) => {
        if (cell.kind === "markdown") return <Markdown key={cell.index} html={cell.html} />;
        const result = now.get(cell.index);
        const settled = !busy || (result !== undefined && result.durationMs !== null);
        const isFormer = busy && !settled && (result?.outputs.length ?? 0) === 0;
        const outputs = (isFormer ? before.get(cell.index) : result)?.outputs ?? none;
        return (
          <CodeCell
            key={cell.index}
            cell={cell}
            outputs={outputs}
            former={isFormer}
            settled={settled}
            running={busy && session.active === cell.index}
            title={title}
            caption={captions.get(cell.index) ?? title}
            run={isFormer ? runs.former : runs.shown}
            commit={commit}
          />
        );
      })}
      {empty && <p className="hint">{t.worksheet.noOutputs}</p>}
    </div>
  );
}

/** Figures that come in several outputs are put together before they are shown. */
function byIndex(results: readonly CellResult[]): ReadonlyMap<number, CellResult> {
  return new Map(joinFrames(results).map((cell) => [cell.index, cell]));
}

type CodeCellProps = {
  cell: Extract<DisplayCell, { kind: "code" }>;
  outputs: CellResult["outputs"];
  former: boolean;
  settled: boolean;
  running: boolean;
  title: string;
  caption: string;
  run: string | null;
  commit: string | null;
};

const CodeCell = memo(function CodeCell({ cell, outputs, former, settled, running, title, caption, run, commit }: CodeCellProps) {
  const origin = useMemo(() => (run === null ? null : { title, run, commit }), [title, run, commit]);
  const place = useSteadyHeight(former, settled);
  if (cell.source === null && outputs.length === 0 && !running) return null;
  const list = (
    <div ref={place} className="cell-outputs" data-former={former}>
      {outputs.map((output, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an output is its place; a new one there replaces it.
        <OutputView key={`${index}`} output={output} show={cell.show} name={`cell-${cell.index + 1}-${index + 1}`} caption={caption} origin={origin} />
      ))}
    </div>
  );
  return (
    <div className="cell flex min-w-0 flex-col gap-3" data-running={running}>
      {cell.source !== null && <Source source={cell.source} folded={cell.sourceFolded} />}
      {cell.show.outputs === "shown" && list}
      {cell.show.outputs === "folded" && outputs.length > 0 && <Fold words={t.worksheet.showOutput}>{list}</Fold>}
    </div>
  );
});

/** Keeps the room of the former outputs until the new ones are complete, so that nothing below jumps. */
function useSteadyHeight(former: boolean, settled: boolean) {
  const place = useRef<HTMLDivElement>(null);
  const height = useRef(0);
  useLayoutEffect(() => {
    const element = place.current;
    if (!element) return;
    if (settled) {
      // Frames and images need a moment to take their room.
      const timer = setTimeout(() => element.style.removeProperty("min-height"), 600);
      return () => clearTimeout(timer);
    }
    if (former) height.current = element.offsetHeight;
    element.style.minHeight = `${height.current}px`;
    return undefined;
  });
  return place;
}

function Source({ source, folded }: { source: string; folded: boolean }) {
  const code = (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
    <pre className="code" tabIndex={0}>
      {source}
    </pre>
  );
  return folded ? <Fold words={t.worksheet.showCode}>{code}</Fold> : code;
}

function Fold({ words, children }: { words: string; children: React.ReactNode }) {
  return (
    <details className="group">
      <summary className="hint inline-flex min-h-7 cursor-pointer list-none items-center gap-1 hover:text-ink">
        <ChevronRight size={14} aria-hidden className="group-open:rotate-90" />
        {words}
      </summary>
      <div className="mt-2">{children}</div>
    </details>
  );
}
