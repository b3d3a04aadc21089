import { ArrowUpDown, Minus, PencilLine, Plus } from "lucide-react";
import type { DiffEntry, PreparedDiff, PreparedOutputDiff } from "#lib/domain/notebook-view.ts";
import { t } from "#lib/messages/en.ts";
import { CodeBlock } from "./code.tsx";
import { DiffLines, SideBySideChoice } from "./diff-lines.tsx";
import { NotebookOutput } from "./notebook-output.tsx";

type Bases = { readonly before: string | null; readonly after: string | null };
type Props = {
  diff: PreparedDiff;
  /** Where heavy outputs of either side are fetched from, as in `NotebookView`; null where the file is not there. */
  outputBase: Bases;
  title: string;
};

const countKinds = ["changed", "added", "removed", "moved", "outputsOnly"] as const;

/** How two notebooks differ, by cell: a server component. */
export function NotebookDiffView({ diff, outputBase, title }: Props) {
  const counted = countKinds.filter((kind) => diff.counts[kind] > 0);
  const nothing = counted.length === 0 && diff.metadata.length === 0;
  return (
    <div className="diff">
      <div className="diff-head">
        <p>{nothing ? t.notebook.diff.same : counted.map((kind) => t.notebook.diff.counts[kind](diff.counts[kind])).join(" · ")}</p>
        {counted.length > 0 && <SideBySideChoice />}
      </div>
      {diff.metadata.length > 0 && <p className="hint">{t.notebook.diff.notebookSettings(diff.metadata.join(", "))}</p>}
      {diff.entries.map((entry, index) =>
        entry.kind === "unchanged" ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: a difference never changes.
          <Unchanged key={index} cells={entry.cells} />
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: as above.
          <ChangedCell key={index} entry={entry} outputBase={outputBase} title={title} />
        ),
      )}
    </div>
  );
}

function Unchanged({ cells }: { cells: Extract<DiffEntry, { kind: "unchanged" }>["cells"] }) {
  return (
    <details className="diff-fold diff-fold-cells">
      <summary>{t.notebook.diff.unchangedCells(cells.length)}</summary>
      <div className="diff-unchanged">
        {cells.map((cell) => (
          <CodeBlock key={cell.after} html={cell.html} />
        ))}
      </div>
    </details>
  );
}

type CellEntry = Extract<DiffEntry, { kind: "cell" }>;
const marks = { added: Plus, removed: Minus, changed: PencilLine, moved: ArrowUpDown } as const;

function ChangedCell({ entry, outputBase, title }: { entry: CellEntry; outputBase: Bases; title: string }) {
  const words = t.notebook.diff;
  const Mark = marks[entry.change];
  const ranAgain = entry.change === "changed" && entry.sameSource && entry.formerType === null && entry.metadata.length === 0;
  return (
    <section className="diff-cell" data-change={entry.change}>
      <h3 className="diff-cell-head">
        <Mark size={14} aria-hidden />
        <span className="label">{words.change[entry.change]}</span>
        <span>
          {words.where(entry.before, entry.after)},{" "}
          {entry.formerType ? words.became(words.types[entry.formerType], words.types[entry.type]) : words.types[entry.type]}
          {ranAgain && `, ${words.ranAgain}`}
        </span>
      </h3>
      {entry.sameSource ? <SameSource entry={entry} /> : <DiffLines lines={entry.lines} />}
      {entry.metadata.length > 0 && <p className="hint diff-note">{words.settings(entry.metadata.join(", "))}</p>}
      {entry.outputs.length > 0 && <Outputs entry={entry} outputBase={outputBase} title={title} />}
    </section>
  );
}

/** Only there to tell which cell it is. */
function SameSource({ entry }: { entry: CellEntry }) {
  if (entry.lines.length === 0) return null;
  const short = entry.lines.slice(0, 3);
  if (short.length === entry.lines.length) return <DiffLines lines={short} />;
  return (
    <>
      <DiffLines lines={short} />
      <details className="diff-fold">
        <summary>{t.notebook.diff.unchangedLines(entry.lines.length - short.length)}</summary>
        <DiffLines lines={entry.lines.slice(3)} foldSame={false} />
      </details>
    </>
  );
}

function Outputs({ entry, outputBase, title }: { entry: CellEntry; outputBase: Bases; title: string }) {
  const words = t.notebook.diff;
  const isPair = entry.change === "changed" || entry.change === "moved";
  const differing = entry.outputs.filter((output) => output.kind !== "same");
  const summary = isPair ? words.outputs(differing.length, entry.outputs.length) : words.outputsAdded(entry.outputs.length);
  return (
    <details className="diff-outputs">
      <summary>{summary}</summary>
      {(isPair ? differing : entry.outputs).map((output, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: outputs are their places.
        <OutputPair key={index} output={output} entry={entry} outputBase={outputBase} title={title} />
      ))}
    </details>
  );
}

function OutputPair({ output, entry, outputBase, title }: { output: PreparedOutputDiff; entry: CellEntry; outputBase: Bases; title: string }) {
  const words = t.notebook.diff;
  const side = (which: "before" | "after") => {
    const shown = output[which];
    const cell = entry[which];
    return (
      <div className="diff-output" data-side={which}>
        <p className="hint">{words[which]}</p>
        {shown && cell !== null ? (
          <NotebookOutput output={shown} cell={cell - 1} outputBase={outputBase[which]} caption={`${title}, ${words[which]}`} />
        ) : (
          <p className="hint">{words.nothing}</p>
        )}
      </div>
    );
  };
  // A cell that is there on one side only has nothing to be compared with.
  if (entry.change === "added") return side("after");
  if (entry.change === "removed") return side("before");
  return (
    <div className="diff-pair">
      {side("before")}
      {side("after")}
    </div>
  );
}
