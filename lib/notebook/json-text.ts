/**
 * Finds the parts of a JSON text without building values from it. The text must be valid JSON: parse it once before, or
 * have written it. Long strings are passed over at the speed of a search.
 */
export type Span = { readonly start: number; readonly end: number };
/** `start` is where the key begins, `end` where the value ends. */
export type Entry = { readonly key: string; readonly start: number; readonly value: Span; readonly end: number };

/** The entries of the object that begins at `span`; none where it is no object. */
export function entriesOf(text: string, span: Span): readonly Entry[] {
  if (text[span.start] !== "{") return [];
  const entries: Entry[] = [];
  let at = skipSpace(text, span.start + 1);
  while (at < span.end && text[at] !== "}") {
    const start = at;
    const keyEnd = skipString(text, start);
    const value = valueAt(text, skipSpace(text, skipSpace(text, keyEnd) + 1));
    entries.push({ key: JSON.parse(text.slice(start, keyEnd)) as string, start, value, end: value.end });
    at = skipSpace(text, value.end);
    if (text[at] === ",") at = skipSpace(text, at + 1);
  }
  return entries;
}

/** The items of the array that begins at `span`; none where it is no array. */
export function itemsOf(text: string, span: Span): readonly Span[] {
  if (text[span.start] !== "[") return [];
  const items: Span[] = [];
  let at = skipSpace(text, span.start + 1);
  while (at < span.end && text[at] !== "]") {
    const value = valueAt(text, at);
    items.push(value);
    at = skipSpace(text, value.end);
    if (text[at] === ",") at = skipSpace(text, at + 1);
  }
  return items;
}

/** The value that begins at the first character after `from` that is no space. */
export function valueAt(text: string, from: number): Span {
  const start = skipSpace(text, from);
  const first = text[start];
  if (first === '"') return { start, end: skipString(text, start) };
  if (first === "{" || first === "[") return { start, end: skipNested(text, start) };
  let end = start;
  while (end < text.length && !",]} \t\r\n".includes(text[end] ?? ",")) end++;
  return { start, end };
}

function skipNested(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 34) at = skipString(text, at) - 1;
    else if (code === 123 || code === 91) depth++;
    else if ((code === 125 || code === 93) && --depth === 0) return at + 1;
  }
  return text.length;
}

/** From the opening quote to behind the closing one. */
function skipString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let slashes = 0;
    while (text.charCodeAt(quote - 1 - slashes) === 92) slashes++;
    if (slashes % 2 === 0) return quote + 1;
  }
  return text.length;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && " \t\r\n".includes(text[at] ?? "x")) at++;
  return at;
}
