import type { CSSProperties } from "react";
import type { AnsiColor, AnsiSpan } from "#lib/worksheet/ansi.ts";

/** Text of a terminal, its sixteen colours taken from the page's theme. */
export function AnsiText({ spans }: { spans: readonly AnsiSpan[] }) {
  return spans.map((span, index) => {
    const { text, ...style } = span;
    if (Object.keys(style).length === 0) return text;
    return (
      // biome-ignore lint/suspicious/noArrayIndexKey: spans have no other name.
      <span key={index} style={styleOf(span)}>
        {text}
      </span>
    );
  });
}

function styleOf(span: AnsiSpan): CSSProperties {
  const foreground = colour(span.foreground);
  const background = colour(span.background);
  return {
    ...(span.bold && { fontWeight: 700 }),
    ...(span.italic && { fontStyle: "italic" }),
    ...(span.underline && { textDecoration: "underline" }),
    ...(span.inverse
      ? { color: background ?? "var(--ground)", backgroundColor: foreground ?? "var(--ink)" }
      : { ...(foreground && { color: foreground }), ...(background && { backgroundColor: background }) }),
  };
}

function colour(value: AnsiColor | undefined): string | undefined {
  return typeof value === "number" ? `var(--ansi-${value % 8})` : value;
}
