import type { CellResult } from "#lib/domain/run.ts";
import type { Output } from "#lib/notebook/nbformat.ts";

const loadType = "application/vnd.bokehjs_load.v0+json";
const executeType = "application/vnd.bokehjs_exec.v0+json";

/**
 * Bokeh spreads a figure over three outputs: its library when it is loaded, then a place and a script for each figure.
 * Each output has a frame of its own here, where a script finds neither, so they are put together for showing:
 * library, place and script become one output, and what only loads is left out. Other outputs stay as they are.
 */
export function joinFrames(cells: readonly CellResult[]): readonly CellResult[] {
  if (!cells.some((cell) => cell.outputs.some((output) => textOf(output, loadType, true) !== null || textOf(output, executeType, true) !== null))) return cells;
  const libraries: string[] = [];
  return cells.map((cell) => ({ ...cell, outputs: joinOutputs(cell.outputs, libraries) }));
}

function joinOutputs(outputs: readonly Output[], libraries: string[]): readonly Output[] {
  const joined: Output[] = [];
  for (const output of outputs) {
    const script = textOf(output, "application/javascript");
    if (textOf(output, loadType, true) !== null) {
      libraries.push(scriptElement(script ?? ""));
      // The banner that says "Loading" stands right before.
      if (/bk-|bokeh/i.test(htmlOf(joined.at(-1)) ?? "")) joined.pop();
    } else if (textOf(output, executeType, true) !== null && script !== null) {
      const place = htmlOf(joined.at(-1));
      if (place !== null) joined.pop();
      joined.push({ output_type: "display_data", data: { "text/html": `${libraries.join("\n")}\n${place ?? ""}\n${scriptElement(script)}` }, metadata: {} });
    } else joined.push(output);
  }
  return joined;
}

function htmlOf(output: Output | undefined): string | null {
  return output ? textOf(output, "text/html") : null;
}

function textOf(output: Output, type: string, anything = false): string | null {
  if (output.output_type !== "display_data" && output.output_type !== "execute_result") return null;
  const data = Object.hasOwn(output.data, type) ? output.data[type] : undefined;
  if (typeof data === "string") return data;
  return anything && data !== undefined ? "" : null;
}

function scriptElement(script: string): string {
  return `<script>${script.replaceAll(/<\/(?=script)/gi, "<\\/")}</script>`;
}
