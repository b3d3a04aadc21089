import { isTransient } from "./compare-cells.ts";
import { type Entry, entriesOf, itemsOf, type Span, valueAt } from "./json-text.ts";

type Cut = Span & { readonly put: string };

/**
 * The text of a notebook as a version keeps it. Without outputs: outputs, execution counts, what programs noted down by
 * themselves (times, scrolling, collapsed outputs) and the state of widgets are taken out of the text, and everything else
 * stays byte for byte, so that a version and the file differ in nothing else. With outputs nothing is changed at all.
 * Null: this is no notebook of format 4.
 */
export function cleanNotebook(text: string, options: { readonly keepOutputs: boolean }): string | null {
  const body = text.startsWith("\uFEFF") ? text.slice(1) : text;
  if (!isNotebook(body)) return null;
  if (options.keepOutputs) return text;
  const cuts = cutsOf(body);
  return cuts.length === 0 ? text : apply(body, cuts);
}

function isNotebook(text: string): boolean {
  try {
    const json = JSON.parse(text) as { nbformat?: unknown; cells?: unknown } | null;
    return typeof json === "object" && json !== null && json.nbformat === 4 && Array.isArray(json.cells);
  } catch {
    return false;
  }
}

function cutsOf(text: string): readonly Cut[] {
  const cuts: Cut[] = [];
  for (const entry of entriesOf(text, valueAt(text, 0))) {
    if (entry.key === "cells") for (const cell of itemsOf(text, entry.value)) cutCell(text, cell, cuts);
    else if (entry.key === "metadata") cutKeys(text, entry.value, (key) => key === "widgets", cuts);
  }
  return cuts.sort((one, other) => one.start - other.start);
}

function cutCell(text: string, cell: Span, cuts: Cut[]): void {
  for (const { key, value } of entriesOf(text, cell)) {
    if (key === "outputs" && text[value.start] === "[" && itemsOf(text, value).length > 0) cuts.push({ ...value, put: "[]" });
    else if (key === "execution_count" && text.slice(value.start, value.end) !== "null") cuts.push({ ...value, put: "null" });
    else if (key === "metadata") cutKeys(text, value, isTransient, cuts);
  }
}

/** Takes entries out of an object, each with the comma and the space that belonged to it. */
function cutKeys(text: string, object: Span, goes: (key: string) => boolean, cuts: Cut[]): void {
  const entries = entriesOf(text, object);
  if (!entries.some(({ key }) => goes(key))) return;
  const kept = entries.filter(({ key }) => !goes(key));
  const last = kept.at(-1);
  if (!last) {
    cuts.push({ ...object, put: "{}" });
    return;
  }
  entries.forEach((entry, index) => {
    const next: Entry | undefined = entries[index + 1];
    if (goes(entry.key) && entry.start < last.start && next) cuts.push({ start: entry.start, end: next.start, put: "" });
  });
  const end = entries.at(-1)?.end ?? last.end;
  if (end > last.end) cuts.push({ start: last.end, end, put: "" });
}

function apply(text: string, cuts: readonly Cut[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { start, end, put } of cuts) {
    parts.push(text.slice(at, start), put);
    at = end;
  }
  return [...parts, text.slice(at)].join("");
}
