import { describe, expect, it } from "vitest";
import type { CellResult } from "#lib/domain/run.ts";
import type { MimeBundle, Output } from "#lib/notebook/nbformat.ts";
import { joinFrames } from "./join-frames.ts";

const data = (bundle: MimeBundle): Output => ({ output_type: "display_data", data: bundle, metadata: {} });
const cell = (index: number, outputs: readonly Output[]): CellResult => ({ index, outputs, executionCount: null, durationMs: null });
const load = [
  data({ "text/html": '<div class="bk-root">Loading BokehJS ...</div>' }),
  data({ "application/javascript": "library()", "application/vnd.bokehjs_load.v0+json": "library()" }),
];
const figure = [
  data({ "text/html": '<div id="f"></div>' }),
  data({ "application/javascript": "draw('</script>')", "application/vnd.bokehjs_exec.v0+json": "" }),
];
const text: Output = { output_type: "stream", name: "stdout", text: "a" };

describe("frames", () => {
  it("of Bokeh hold library, place and script together, across cells", () => {
    const joined = joinFrames([cell(0, [text, ...load]), cell(1, [text, ...figure, text]), cell(2, figure)]);
    const html = "<script>library()</script>\n<div id=\"f\"></div>\n<script>draw('<\\/script>')</script>";
    expect(joined.map((one) => one.outputs)).toEqual([[text], [text, data({ "text/html": html }), text], [data({ "text/html": html })]]);
  });

  it("of others stay alone, and the cells what they were", () => {
    const cells = [cell(0, [data({ "text/html": "<b>x</b>" }), data({ "application/javascript": "f()" }), text])];
    expect(joinFrames(cells)).toBe(cells);
  });
});
