"use client";
import { t } from "#lib/messages/en.ts";
import type { AnsiSpan } from "#lib/worksheet/ansi.ts";
import { AnsiText } from "./ansi-text.tsx";
import { Folded } from "./folded.tsx";

const linesShown = 40;

export function TextOutput({ spans, stream }: { spans: readonly AnsiSpan[]; stream: "stdout" | "stderr" | null }) {
  const lines = spans.reduce((sum, span) => sum + span.text.split("\n").length - 1, 1);
  if (lines <= linesShown + 10) return <Lines spans={spans} stream={stream} />;
  return (
    <Folded
      short={<Lines spans={firstLines(spans, linesShown)} stream={stream} />}
      whole={() => <Lines spans={spans} stream={stream} />}
      more={t.output.more(lines)}
    />
  );
}

function Lines({ spans, stream }: { spans: readonly AnsiSpan[]; stream: "stdout" | "stderr" | null }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
    <pre className={`output-text ${stream === "stderr" ? "output-stderr" : ""}`} tabIndex={0}>
      {stream === "stderr" && <span className="sr-only">{`${t.output.stderr}: `}</span>}
      <AnsiText spans={spans} />
    </pre>
  );
}

function firstLines(spans: readonly AnsiSpan[], count: number): readonly AnsiSpan[] {
  const shown: AnsiSpan[] = [];
  let left = count;
  for (const span of spans) {
    const lines = span.text.split("\n");
    if (lines.length > left) {
      shown.push({ ...span, text: lines.slice(0, left).join("\n") });
      break;
    }
    shown.push(span);
    left -= lines.length - 1;
  }
  return shown;
}
