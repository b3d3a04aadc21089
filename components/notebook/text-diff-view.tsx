import type { PreparedTextDiff } from "#lib/domain/notebook-view.ts";
import { t } from "#lib/messages/en.ts";
import { DiffLines, SideBySideChoice } from "./diff-lines.tsx";

/** How two text files differ: a server component. `diff` is made by `prepareTextDiff` (lib/text/prepare-text-diff.ts). */
export function TextDiffView({ diff }: { diff: PreparedTextDiff }) {
  const words = t.notebook.diff;
  const counted = [diff.added > 0 && words.addedLines(diff.added), diff.removed > 0 && words.removedLines(diff.removed)].filter((part) => part !== false);
  return (
    <div className="diff">
      <div className="diff-head">
        <p>{counted.length === 0 ? words.sameText : counted.join(" · ")}</p>
        {counted.length > 0 && <SideBySideChoice />}
      </div>
      {diff.isCut && <p className="notice notice-changed">{words.cut}</p>}
      {diff.stretches.length > 0 && (
        <div className="diff-cell">
          {diff.stretches.map((stretch) => (
            <div key={`${stretch.lines[0]?.before} ${stretch.lines[0]?.after}`}>
              {stretch.skipped > 0 && <p className="diff-skipped">{words.unchangedLines(stretch.skipped)}</p>}
              <DiffLines lines={stretch.lines} foldSame={false} />
            </div>
          ))}
          {diff.skippedAtEnd > 0 && !diff.isCut && <p className="diff-skipped">{words.unchangedLines(diff.skippedAtEnd)}</p>}
        </div>
      )}
    </div>
  );
}
