import type { PreparedLine } from "#lib/domain/notebook-view.ts";
import { t } from "#lib/messages/en.ts";

/** Equal lines beyond this many between two changes are folded, but for some around the changes. */
const longRun = 10;
const keptAround = 3;

type Block =
  | { readonly kind: "same"; readonly lines: readonly PreparedLine[] }
  | { readonly kind: "changed"; readonly removed: readonly PreparedLine[]; readonly added: readonly PreparedLine[] };

/** Lines with what was removed above what was added, or beside it where the page is in two columns. */
export function DiffLines({ lines, foldSame = true }: { lines: readonly PreparedLine[]; foldSame?: boolean }) {
  const blocks = blocksOf(lines);
  return (
    <div className="diff-lines">
      {blocks.map((block, index) => {
        // biome-ignore lint/suspicious/noArrayIndexKey: blocks have no other name, and never change.
        if (block.kind === "changed") return <Changed key={index} {...block} />;
        const ends = { first: index === 0, last: index === blocks.length - 1 };
        // biome-ignore lint/suspicious/noArrayIndexKey: as above.
        return <SameRun key={index} lines={block.lines} ends={ends} fold={foldSame && blocks.length > 1} />;
      })}
    </div>
  );
}

function blocksOf(lines: readonly PreparedLine[]): readonly Block[] {
  const blocks: ({ kind: "same"; lines: PreparedLine[] } | { kind: "changed"; removed: PreparedLine[]; added: PreparedLine[] })[] = [];
  for (const line of lines) {
    const last = blocks.at(-1);
    if (line.kind === "same") {
      if (last?.kind === "same") last.lines.push(line);
      else blocks.push({ kind: "same", lines: [line] });
    } else {
      const block = last?.kind === "changed" ? last : { kind: "changed" as const, removed: [], added: [] };
      if (block !== last) blocks.push(block);
      block[line.kind].push(line);
    }
  }
  return blocks;
}

function SameRun({ lines, ends, fold }: { lines: readonly PreparedLine[]; ends: { first: boolean; last: boolean }; fold: boolean }) {
  if (!fold || lines.length <= longRun) return <Same lines={lines} />;
  const above = ends.first ? 0 : keptAround;
  const below = ends.last ? lines.length : lines.length - keptAround;
  return (
    <>
      {above > 0 && <Same lines={lines.slice(0, above)} />}
      <details className="diff-fold">
        <summary>{t.notebook.diff.unchangedLines(below - above)}</summary>
        <Same lines={lines.slice(above, below)} />
      </details>
      {below < lines.length && <Same lines={lines.slice(below)} />}
    </>
  );
}

/** There twice, for two columns; in one the second is not shown, and nobody hears it. */
function Same({ lines }: { lines: readonly PreparedLine[] }) {
  return (
    <div className="diff-block">
      <div>{lines.map((line) => row(line, "before"))}</div>
      <div className="diff-copy" aria-hidden>
        {lines.map((line) => row(line, "after"))}
      </div>
    </div>
  );
}

function Changed({ removed, added }: { removed: readonly PreparedLine[]; added: readonly PreparedLine[] }) {
  return (
    <div className="diff-block">
      <div>{removed.map((line) => row(line, "before"))}</div>
      <div>{added.map((line) => row(line, "after"))}</div>
    </div>
  );
}

const signs = { same: " ", added: "+", removed: "−" } as const;

function row(line: PreparedLine, side: "before" | "after") {
  return (
    <div key={`${line.before} ${line.after}`} className="diff-line" data-kind={line.kind}>
      <span className="diff-number" aria-hidden>
        {line[side] ?? ""}
      </span>
      <span className="diff-sign" aria-hidden>
        {signs[line.kind]}
      </span>
      {line.kind !== "same" && <span className="sr-only">{line.kind === "added" ? t.notebook.diff.addedLine : t.notebook.diff.removedLine}</span>}
      {/* biome-ignore lint/security/noDangerouslySetInnerHtml: encoded by highlight, see its property test. */}
      <code dangerouslySetInnerHTML={{ __html: line.html === "" ? " " : line.html }} />
    </div>
  );
}

/** The choice of two columns; only where there is room for them. */
export function SideBySideChoice() {
  return (
    <label className="notebook-choice diff-choice">
      <input type="checkbox" className="diff-side-by-side" autoComplete="off" />
      {t.notebook.diff.sideBySide}
    </label>
  );
}
