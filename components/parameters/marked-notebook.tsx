"use client";
import type { ParameterSuggestion } from "#lib/domain/notebook-diff.ts";
import { t } from "#lib/messages/en.ts";
import { type MarkProps, marked } from "./constants-list.tsx";

/** The code of the notebook, its constants to be marked where they stand. */
export function MarkedNotebook({ view, specs, onChange }: MarkProps) {
  const code = view.cells.filter((cell) => cell.kind === "code");
  return (
    <ol className="flex flex-col gap-4">
      {code.map((cell) => {
        const constants = new Map(view.suggestions.filter((one) => one.cell === cell.index).map((one) => [one.line, one]));
        return (
          <li key={cell.index}>
            <p className="hint mb-1">{`${cell.index + 1}`}</p>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard. */}
            <pre className="code" tabIndex={0}>
              {cell.source.split("\n").map((text, index) => (
                <Line
                  // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place.
                  key={index}
                  text={text}
                  constant={constants.get(index + 1) ?? null}
                  isMarked={(name) => specs[name] !== undefined}
                  onToggle={(name) => onChange(marked(specs, name, specs[name] === undefined ? {} : null))}
                />
              ))}
            </pre>
          </li>
        );
      })}
    </ol>
  );
}

type LineProps = { text: string; constant: ParameterSuggestion | null; isMarked: (name: string) => boolean; onToggle: (name: string) => void };

function Line({ text, constant, isMarked, onToggle }: LineProps) {
  if (constant === null) return <span className="block min-h-[1.5em]">{text}</span>;
  const on = isMarked(constant.name);
  return (
    <button
      type="button"
      className={`block w-full cursor-pointer rounded-sm text-left whitespace-pre ${on ? "bg-accent-soft font-semibold" : "bg-sunken hover:bg-accent-soft"}`}
      aria-pressed={on}
      aria-label={`${t.parameters.mark(constant.name)}: ${text}`}
      title={on ? t.parameters.marked : t.parameters.constant}
      onClick={() => onToggle(constant.name)}
    >
      {text}
    </button>
  );
}
