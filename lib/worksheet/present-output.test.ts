import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import type { CellShow } from "#lib/domain/worksheet.ts";
import type { MimeBundle, Output } from "#lib/notebook/nbformat.ts";
import { ansiSpans } from "./ansi.ts";
import { presentOutput } from "./present-output.ts";
import { readSimpleTable } from "./simple-table.ts";

// Thousands of generated cases, also on a machine that is busy.
vi.setConfig({ testTimeout: 60_000 });

const show: CellShow = { source: "removed", outputs: "shown", stdout: true, stderr: true };
const data = (bundle: MimeBundle, metadata: MimeBundle = {}): Output => ({ output_type: "display_data", data: bundle, metadata });
const pandas =
  '<div>\n<style scoped>\n .dataframe th { top: 0 }\n</style>\n<table border="1" class="dataframe">\n<thead>\n<tr style="text-align: right;">\n<th></th>\n<th>site &amp; year</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<th>0</th>\n<td onclick="alert(1)">&lt;b&gt;</td>\n</tr>\n</tbody>\n</table>\n<p>1 rows × 1 columns</p>\n</div>';
const r =
  '<table class="dataframe">\n<caption>A data.frame: 1 × 2</caption>\n<thead>\n\t<tr><th></th><th scope=col>a</th><th scope=col>b</th></tr>\n\t<tr><th></th><th scope=col>&lt;dbl&gt;</th><th scope=col>&lt;chr&gt;</th></tr>\n</thead>\n<tbody>\n\t<tr><th scope=row>x</th><td> 1</td><td>y</td></tr>\n</tbody>\n</table>\n';

describe("presenting", () => {
  it.each([
    [
      data({ "text/plain": "<Figure>", "image/png": "iVBO\nRw0K\n" }, { "image/png": { width: 640, height: 480 } }),
      { kind: "image", type: "image/png", base64: "iVBORw0K", width: 640, height: 480, alt: "Figure made by this worksheet" },
    ],
    [data({ "text/plain": "x", "image/png": '"><script>' }), { kind: "text" }],
    [data({ "text/plain": "x", "text/html": "<b>x</b><script>alert(1)</script>" }), { kind: "frame", html: "<b>x</b><script>alert(1)</script>" }],
    [data({ "text/plain": "x", "text/html": pandas }), { kind: "table" }],
    [data({ "text/plain": "[1] 5", "text/html": "5", "text/latex": "5", "text/markdown": "5" }), { kind: "text", spans: [{ text: "5" }] }],
    [data({ "text/markdown": "*a*" }), { kind: "markdown" }],
    [data({ "text/latex": "$x$", "image/png": "AAAA" }), { kind: "latex" }],
    [data({ "image/svg+xml": "<svg/>" }), { kind: "svg" }],
    [data({ "application/javascript": "f('</script>')" }), { kind: "frame", html: "<script>f('<\\/script>')</script>" }],
    [data({ "application/vnd.plotly.v1+json": { data: [] }, "text/plain": "Figure" }), { kind: "plotly" }],
    [data({ "application/vnd.vegalite.v5+json": {}, "text/plain": "Chart" }), { kind: "vega", lite: true, fallback: "Chart" }],
    [data({ "application/json": { a: 1 } }), { kind: "json", value: { a: 1 } }],
    [data({ "application/pdf": "x" }), { kind: "nothing" }],
    [
      { output_type: "error", ename: "ValueError", evalue: "bad", traceback: ["\x1b[31mValueError\x1b[0m: bad"] } as Output,
      { kind: "error", name: "ValueError", traceback: [{ text: "ValueError", foreground: 1 }, { text: ": bad" }] },
    ],
  ])("chooses for %o", (output, expected) => {
    expect(presentOutput(output, show)).toMatchObject(expected);
  });

  it("gives nothing of what the author removed", () => {
    const stderr: Output = { output_type: "stream", name: "stderr", text: "w" };
    expect(presentOutput(stderr, { ...show, stderr: false })).toEqual({ kind: "nothing" });
    expect(presentOutput(stderr, { ...show, outputs: "removed" })).toEqual({ kind: "nothing" });
    expect(presentOutput(stderr, show)).toEqual({ kind: "text", spans: [{ text: "w" }], stream: "stderr" });
  });

  it("never throws on arbitrary bundles", () => {
    const type = fc.constantFrom(
      "text/html",
      "image/png",
      "image/svg+xml",
      "text/plain",
      "text/markdown",
      "application/json",
      "application/vnd.plotly.v1+json",
    );
    fc.assert(
      fc.property(
        fc.dictionary(type, fc.oneof(fc.string(), fc.jsonValue())),
        fc.jsonValue(),
        (bundle, metadata) => void presentOutput(data(bundle, { "image/png": metadata }), show),
      ),
    );
  });
});

describe("simple tables", () => {
  it("are read as pandas writes them, text only", () => {
    const cell = (text: string, heading: boolean) => ({ text, heading, colSpan: 1, rowSpan: 1 });
    expect(readSimpleTable(pandas)).toEqual({
      caption: "1 rows × 1 columns",
      header: [[cell("", true), cell("site & year", true)]],
      rows: [[cell("0", true), cell("<b>", false)]],
    });
  });

  it("are read as R writes them", () => {
    const table = readSimpleTable(r);
    expect(table?.caption).toBe("A data.frame: 1 × 2");
    expect(table?.header.map((row) => row.map((cell) => cell.text))).toEqual([
      ["", "a", "b"],
      ["", "<dbl>", "<chr>"],
    ]);
    expect(table?.rows.map((row) => row.map((cell) => cell.text))).toEqual([["x", "1", "y"]]);
  });

  it.each([
    "<table><tr><td><script>alert(1)</script></td></tr></table>",
    "<table><tr><td><img src=x onerror=alert(1)></td></tr></table>",
    "<table><tr><td>a</td></tr></table><table><tr><td>b</td></tr></table>",
    '<table id="T_1a"><tr><td>styled</td></tr></table>',
    '<table><tr><td style="background-color: red">a</td></tr></table>',
    "<h1>x</h1><table><tr><td>a</td></tr></table>",
    "text <table><tr><td>a</td></tr></table>",
    "<table></table>",
    "<td>a</td><table>",
    "<table><tr><td><table><tr><td>a</td></tr></table></td></tr></table>",
  ])("are not what %s is", (html) => {
    expect(readSimpleTable(html)).toBeNull();
  });
});

describe("terminal colours", () => {
  it("become spans", () => {
    expect(ansiSpans("a\x1b[1;31mb\x1b[0;4mc\x1b[24;38;5;196md\x1b[48;2;1;2;3me\x1b[mf\x1b[93mg")).toEqual([
      { text: "a" },
      { text: "b", bold: true, foreground: 1 },
      { text: "c", underline: true },
      { text: "d", foreground: "#ff0000" },
      { text: "e", foreground: "#ff0000", background: "#010203" },
      { text: "f" },
      { text: "g", foreground: 11 },
    ]);
  });

  it.each(["\x1b]0;title\x07", "\x1b]8;;http://evil\x1b\\", "\x1b[2J", "\x1b[10;10H", "\x1bc", "\x1bPq#0\x1b\\", "\x9b31m", "\x07", "\x1b[38;5;999m", "\x1b["])(
    "vanish where they are no colour: %j",
    (sequence) => {
      expect(
        ansiSpans(`a${sequence}`)
          .map((span) => span.text)
          .join(""),
      ).toBe("a");
    },
  );

  it("keep the text and nothing of the escapes, in bounded number and time", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("\x1b[", "\x1b]", "31", ";", "m", "a", "38;5;", "\x07", "\n", "\x9b", "\x1b"), { maxLength: 40 }), (pieces) => {
        const text = ansiSpans(pieces.join(""))
          .map((span) => span.text)
          .join("");
        expect(text).not.toMatch(/(?![\n\t])\p{Cc}/u);
      }),
    );
    const began = performance.now();
    expect(ansiSpans("\x1b[31ma\x1b[0mb".repeat(100_000)).length).toBeLessThanOrEqual(5001);
    for (const hostile of ["\x1b]", "\x1b[", "\x1b[1;", "\x1bP", "\x1b[38;5;1m", "\x1b   "]) ansiSpans(hostile.repeat(200_000));
    expect(performance.now() - began).toBeLessThan(10_000);
  });
});
