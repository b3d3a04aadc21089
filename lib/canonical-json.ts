/**
 * JSON with sorted keys: equal values give equal text, whatever order they were built in.
 * Used for cache keys (no white space) and, with an indent, for notebooks as Jupyter writes them.
 */
export function canonicalJson(value: unknown, indent = 0): string {
  return write(value, indent, "\n");
}

function write(value: unknown, indent: number, newline: string): string {
  if (Array.isArray(value)) {
    return wrap(
      "[",
      value.map((item) => write(item ?? null, indent, deeper(newline, indent))),
      "]",
      indent,
      newline,
    );
  }
  if (typeof value === "object" && value !== null) {
    const colon = indent > 0 ? ": " : ":";
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    const lines = entries.map(([key, item]) => `${JSON.stringify(key)}${colon}${write(item, indent, deeper(newline, indent))}`);
    return wrap("{", lines, "}", indent, newline);
  }
  return JSON.stringify(value) ?? "null";
}

function wrap(open: string, lines: readonly string[], close: string, indent: number, newline: string): string {
  if (lines.length === 0) return open + close;
  if (indent === 0) return open + lines.join(",") + close;
  const inner = deeper(newline, indent);
  return `${open}${inner}${lines.join(`,${inner}`)}${newline}${close}`;
}

function deeper(newline: string, indent: number): string {
  return indent > 0 ? newline + " ".repeat(indent) : newline;
}
