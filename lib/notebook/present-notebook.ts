import type { ContentsEntry, PreparedCell, PreparedNotebook } from "#lib/domain/notebook-view.ts";
import { renderMarkdown } from "#lib/markdown.ts";
import { type CodeLanguage, highlight, languageNamed } from "#lib/text/highlight.ts";
import { readDisplay } from "#lib/worksheet/display-tags.ts";
import { joinFrames } from "#lib/worksheet/join-frames.ts";
import { anchorOfCell } from "./cell-anchor.ts";
import { headingsOf } from "./heading-list.ts";
import { joinOutputs } from "./join-outputs.ts";
import { entriesOf, itemsOf, valueAt } from "./json-text.ts";
import type { Cell, Notebook } from "./nbformat.ts";
import { cellSchema } from "./nbformat.ts";
import { parseNotebook } from "./parse-notebook.ts";
import { type ApartContent, mostCharacters, type PresentedOutput, presentCellOutput } from "./present-cell-output.ts";

/** `cell` and `position` are the place that a page asks for it by. */
export type Apart = { readonly cell: number; readonly position: number; readonly content: ApartContent };
export type PresentedNotebook = { readonly notebook: PreparedNotebook; readonly apart: readonly Apart[] };

/** All outputs of a page together; beyond it only small ones are in the page. */
const mostInPage = 1_500_000;
const smallOutput = 1024;
/** In a picture's address this stands for the page's own `outputBase`; `NotebookView` puts that in. */
const pictureAddress = "sheaf-output:";

/** A notebook as a page needs it, and apart from it what the page fetches when somebody looks. */
export function presentNotebook(notebook: Notebook): PresentedNotebook {
  const language = languageOfNotebook(notebook);
  const cells: PreparedCell[] = [];
  const apart: Apart[] = [];
  const contents: ContentsEntry[] = [];
  const anchors = new Set<string>();
  let room = mostInPage;
  const shown = withJoinedFrames(notebook.cells);
  for (const [index, cell] of shown.entries()) {
    const presented = presentCell(cell, index, language, room);
    cells.push(presented.cell);
    apart.push(...presented.apart);
    room -= presented.characters;
    if (presented.cell.kind !== "markdown") continue;
    for (const heading of headingsOf(presented.cell.html)) {
      // A heading that is there twice is reached by its cell.
      contents.push(anchors.has(heading.anchor) ? { ...heading, anchor: anchorOfCell(index) } : heading);
      anchors.add(heading.anchor);
    }
  }
  return { notebook: { title: contents[0]?.title ?? null, kernel: kernelOf(notebook), contents, cells }, apart };
}

/** Figures that come in several outputs are put together before they are shown. */
function withJoinedFrames(cells: readonly Cell[]): readonly Cell[] {
  const results = cells.map((cell, index) => ({ index, outputs: cell.cell_type === "code" ? cell.outputs : [], executionCount: null, durationMs: null }));
  const joined = joinFrames(results);
  if (joined === results) return cells;
  return cells.map((cell, index) => (cell.cell_type === "code" ? { ...cell, outputs: [...(joined[index]?.outputs ?? [])] } : cell));
}

type PresentedCell = { readonly cell: PreparedCell; readonly apart: readonly Apart[]; readonly characters: number };

function presentCell(cell: Cell, index: number, language: CodeLanguage | null, room: number): PresentedCell {
  if (cell.cell_type === "markdown") return presentMarkdown(cell, index);
  if (cell.cell_type === "raw") return { cell: { kind: "raw", index, html: highlight(cell.source, null) }, apart: [], characters: 0 };
  const display = readDisplay(cell.metadata, true);
  const outputs = joinOutputs(cell.outputs).map(({ output, position }) => withinRoom(presentCellOutput(output, position), room));
  const characters = outputs.reduce((sum, { shown }) => sum + (shown.kind === "here" ? JSON.stringify(shown.output).length : 0), 0);
  return {
    cell: {
      kind: "code",
      index,
      html: highlight(cell.source, language),
      lines: cell.source === "" ? 0 : cell.source.split("\n").length,
      executionCount: cell.execution_count,
      codeFolded: display.show.source !== "shown",
      outputsFolded: display.show.outputs !== "shown",
      outputs: outputs.map(({ shown }) => shown),
    },
    apart: outputs.flatMap(({ shown, apart }) => (apart ? [{ cell: index, position: shown.position, content: apart }] : [])),
    characters,
  };
}

/** In a notebook of thousands of outputs even modest ones are fetched when they are looked at. */
function withinRoom(presented: PresentedOutput, room: number): PresentedOutput {
  if (room > 0 || presented.shown.kind !== "here") return presented;
  const text = JSON.stringify(presented.shown.output);
  if (text.length <= smallOutput) return presented;
  return {
    shown: { kind: "apart", position: presented.shown.position, what: "data", bytes: text.length },
    apart: { mediaType: "application/json", text },
  };
}

/** Pictures that were pasted into the text get an address of their own where they are large. */
function presentMarkdown(cell: Extract<Cell, { cell_type: "markdown" }>, index: number): PresentedCell {
  const whole = renderMarkdown(cell.source, { files: "later", attachments: cell.attachments });
  const apart: Apart[] = [];
  const html = whole.replaceAll(/src="data:(image\/[a-z+]+);base64,([^"]*)"/g, (kept, mediaType: string, base64: string) => {
    if (base64.length <= mostCharacters) return kept;
    apart.push({ cell: index, position: apart.length, content: { mediaType, base64 } });
    return `src="${pictureAddress}${index}/${apart.length - 1}"`;
  });
  return { cell: { kind: "markdown", index, html }, apart, characters: 0 };
}

/**
 * One thing that `presentNotebook` leaves apart, read from the notebook's text without building the rest of it.
 * Null where there is none at that place.
 */
export function readApart(text: string, cell: number, position: number): ApartContent | null {
  const body = text.startsWith("\uFEFF") ? text.slice(1) : text;
  if (body.includes(splitFrames)) return readFromWhole(body, cell, position);
  const cells = entriesOf(body, valueAt(body, 0)).find(({ key }) => key === "cells");
  const span = cells && itemsOf(body, cells.value)[cell];
  const parsed = span && cellSchema.safeParse(JSON.parse(body.slice(span.start, span.end)));
  if (!parsed?.success) return null;
  // Without room everything that may be apart is.
  const found = presentCell(parsed.data, cell, null, 0).apart.find((one) => one.position === position);
  if (found) return found.content;
  // A difference shows the pieces of a stream one by one.
  const output = parsed.data.cell_type === "code" ? parsed.data.outputs[position] : undefined;
  return output ? presentCellOutput(output, position).apart : null;
}

/** A figure whose library stands in another cell is not to be read from its own. */
const splitFrames = "application/vnd.bokehjs_";

function readFromWhole(text: string, cell: number, position: number): ApartContent | null {
  const parsed = parseNotebook(text);
  const apart = parsed.ok ? presentNotebook(parsed.value).apart : [];
  return apart.find((one) => one.cell === cell && one.position === position)?.content ?? null;
}

export function languageOfNotebook({ metadata }: Notebook): CodeLanguage | null {
  const [kernel, info] = [fieldsOf(metadata.kernelspec), fieldsOf(metadata.language_info)];
  const said = [kernel.language, info.name, kernel.name].find((one) => typeof one === "string" && one !== "");
  return typeof said === "string" ? languageNamed(said) : null;
}

function kernelOf({ metadata }: Notebook): string | null {
  const [kernel, info] = [fieldsOf(metadata.kernelspec), fieldsOf(metadata.language_info)];
  const said = [kernel.display_name, kernel.language, info.name, kernel.name].find((one) => typeof one === "string" && one.trim() !== "");
  return typeof said === "string" ? said.slice(0, 100) : null;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
