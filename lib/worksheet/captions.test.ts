import { expect, test } from "vitest";
import type { DisplayCell } from "#lib/domain/worksheet.ts";
import { captionsOf } from "./captions.ts";

const show = { source: "shown", outputs: "shown", stdout: true, stderr: true } as const;
const code = (index: number): DisplayCell => ({ kind: "code", index, source: null, sourceFolded: false, show });
const words = (index: number, html: string): DisplayCell => ({ kind: "markdown", index, html });

test("a cell is captioned by the nearest heading or lone bold line before it, else by the title", () => {
  const cells = [
    code(0),
    words(1, '<h2 id="a">Growth &amp; <em>decay</em></h2><p>text</p>'),
    code(2),
    words(3, "<p>Only <strong>words</strong></p>"),
    code(4),
    words(5, "<p><strong>Fig. 1: rates</strong></p>"),
    code(6),
    words(7, "<h3></h3>"),
    code(8),
  ];
  expect([...captionsOf(cells, "Drift")]).toEqual([
    [0, "Drift"],
    [2, "Growth & decay"],
    [4, "Growth & decay"],
    [6, "Fig. 1: rates"],
    [8, "Fig. 1: rates"],
  ]);
});
