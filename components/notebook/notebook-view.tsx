import { ChevronRight } from "lucide-react";
import { Markdown } from "#components/outputs/markdown.tsx";
import type { ContentsEntry, PreparedCell, PreparedNotebook } from "#lib/domain/notebook-view.ts";
import { type NearbyFiles, placeFiles } from "#lib/markdown-files.ts";
import { t } from "#lib/messages/en.ts";
import { anchorOfCell } from "#lib/notebook/cell-anchor.ts";
import { CodeBlock } from "./code.tsx";
import { NotebookOutput } from "./notebook-output.tsx";

type Props = {
  notebook: PreparedNotebook;
  /** Heavy outputs are fetched from `${outputBase}/${cell}/${position}`; the address has no query. */
  outputBase: string;
  /** Where the files are that its texts name. */
  files: NearbyFiles;
  /** For the names of files that are saved, and for figures without words of their own. */
  title: string;
};

/** Fewer headings need no list of contents. */
const fewHeadings = 3;
/** More cells than this are laid out as they are scrolled to. */
const longNotebook = 100;

/** A notebook to be read: a server component. */
export function NotebookView({ notebook, outputBase, files, title }: Props) {
  if (notebook.cells.length === 0) return <p className="py-8 font-serif text-lg text-soft">{t.notebook.empty}</p>;
  const hasCode = notebook.cells.some((cell) => cell.kind === "code" && cell.lines > 0);
  const hasContents = notebook.contents.length >= fewHeadings;
  let caption = title;
  return (
    <div className="notebook" data-contents={hasContents} data-long={notebook.cells.length > longNotebook}>
      <div className="notebook-aside">
        {hasContents && <Contents entries={notebook.contents} />}
        <p className="notebook-facts">
          {notebook.kernel && <span>{notebook.kernel}</span>}
          {hasCode && (
            <label className="notebook-choice">
              <input type="checkbox" className="notebook-hide-code" autoComplete="off" />
              {t.notebook.hideCode}
            </label>
          )}
        </p>
      </div>
      <div className="notebook-cells">
        {notebook.cells.map((cell) => {
          if (cell.kind === "markdown") caption = headingOf(notebook.contents, cell) ?? caption;
          return <Cell key={cell.index} cell={cell} outputBase={outputBase} files={files} caption={caption} />;
        })}
      </div>
    </div>
  );
}

/** The last heading of a cell is what the figures below it stand under. */
function headingOf(contents: readonly ContentsEntry[], cell: Extract<PreparedCell, { kind: "markdown" }>): string | null {
  return contents.findLast(({ anchor }) => anchor === anchorOfCell(cell.index) || cell.html.includes(` id="${anchor}"`))?.title ?? null;
}

function Contents({ entries }: { entries: readonly ContentsEntry[] }) {
  const top = Math.min(...entries.map(({ level }) => level));
  return (
    <details className="notebook-contents" open>
      <summary>{t.notebook.contents}</summary>
      <nav aria-label={t.notebook.contents}>
        <ol>
          {entries.map(({ level, title, anchor }, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two headings may be alike.
            <li key={index} data-depth={Math.min(level - top, 3)}>
              <a href={`#${encodeURIComponent(anchor)}`}>{title}</a>
            </li>
          ))}
        </ol>
      </nav>
    </details>
  );
}

type CellProps = { cell: PreparedCell; outputBase: string; files: NearbyFiles; caption: string };

function Cell({ cell, outputBase, files, caption }: CellProps) {
  const id = anchorOfCell(cell.index);
  if (cell.kind === "markdown") {
    return (
      <div id={id} className="notebook-cell">
        <Markdown html={placeFiles(cell.html, files).replaceAll('src="sheaf-output:', `src="${outputBase}/`)} />
      </div>
    );
  }
  if (cell.kind === "raw") {
    return (
      <div id={id} className="notebook-cell">
        <CodeBlock html={cell.html} />
      </div>
    );
  }
  const outputs = cell.outputs.map((output) => (
    <NotebookOutput key={output.position} output={output} cell={cell.index} outputBase={outputBase} caption={caption} />
  ));
  return (
    <section id={id} className="notebook-cell notebook-code-cell" aria-label={t.notebook.cell(cell.index + 1)}>
      {cell.lines > 0 && (
        <details className="notebook-code" open={!cell.codeFolded}>
          <summary>
            <ChevronRight size={13} aria-hidden />
            <span className="sr-only">{t.notebook.code(cell.index + 1)}</span>
            <span className="notebook-count">[{cell.executionCount ?? " "}]</span>
            <span className="notebook-code-words">{t.notebook.codeLines(cell.lines)}</span>
          </summary>
          <CodeBlock html={cell.html} />
        </details>
      )}
      {outputs.length > 0 && !cell.outputsFolded && <div className="notebook-outputs">{outputs}</div>}
      {outputs.length > 0 && cell.outputsFolded && (
        <details className="notebook-outputs">
          <summary className="hint cursor-pointer">{t.notebook.outputsFolded(outputs.length)}</summary>
          <div className="notebook-outputs mt-2">{outputs}</div>
        </details>
      )}
    </section>
  );
}
