import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { highlight, highlightLines, languageNamed, languageOfPath, markRanges } from "./highlight.ts";
import { prepareTextDiff } from "./prepare-text-diff.ts";

const hostile = fc.string({
  unit: fc.constantFrom("<", ">", "&", '"', "'", "\n", "x", " = ", "def f():\n", '"""', "#", "`", "</span>", "<script>", "&lt;", "𝄞", "\\", "${"),
});
const language = fc.constantFrom("python" as const, "r" as const, "markdown" as const, "xml" as const, "json" as const, "latex" as const, null);
const textOf = (html: string) =>
  html
    .replaceAll(/<\/?(?:span(?: class="[\w\s-]+")?|mark)>/g, "")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#x27;", "'")
    .replaceAll("&amp;", "&");

describe("coloured code", () => {
  it("is the very text, encoded, in spans of our own and nothing else", () => {
    fc.assert(
      fc.property(hostile, language, (source, lang) => {
        const html = highlight(source, lang);
        expect(textOf(html)).toBe(source);
        expect(html.replaceAll(/<span class="[\w\s-]+">|<\/span>/g, "")).not.toMatch(/[<>]/);
      }),
      { numRuns: 2000 },
    );
  });

  it("comes line by line, each whole in itself", () => {
    fc.assert(
      fc.property(hostile, language, (source, lang) => {
        const lines = highlightLines(source, lang);
        expect(lines.map(textOf)).toEqual(source.split("\n"));
        for (const line of lines) expect(line.match(/<span/g)?.length ?? 0).toBe(line.match(/<\/span>/g)?.length ?? 0);
      }),
      { numRuns: 2000 },
    );
  });

  it("carries marks around the ranges asked for, whatever tags are there", () => {
    const ranges = fc.array(fc.nat(30), { maxLength: 6 }).map((places) => {
      const sorted = [...new Set(places)].sort((a, b) => a - b);
      return Array.from({ length: sorted.length >> 1 }, (_, index) => ({ start: sorted[2 * index] ?? 0, end: sorted[2 * index + 1] ?? 0 }));
    });
    fc.assert(
      fc.property(
        hostile.filter((text) => !text.includes("\n") && !text.includes("𝄞")),
        language,
        ranges,
        (source, lang, asked) => {
          const html = markRanges(highlight(source, lang), asked);
          expect(textOf(html)).toBe(source);
          const marked = [...html.matchAll(/<mark>(.*?)<\/mark>/g)].map((match) => textOf(match[1] ?? "")).join("");
          expect(marked).toBe(asked.map(({ start, end }) => source.slice(start, end)).join(""));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("knows languages by file names and by kernels' names", () => {
    expect([languageOfPath("a/b.PY"), languageOfPath("Makefile"), languageOfPath("x.bin"), languageOfPath("noending")]).toEqual([
      "python",
      "makefile",
      null,
      null,
    ]);
    expect([
      languageNamed("python3"),
      languageNamed("ipython"),
      languageNamed("R"),
      languageNamed("ir"),
      languageNamed("C++17"),
      languageNamed("whitespace"),
    ]).toEqual(["python", "python", "r", "r", "cpp", null]);
  });
});

describe("the difference of two text files, prepared", () => {
  it("shows changes with lines around them and says how many it left out", () => {
    const before = Array.from({ length: 100 }, (_, index) => `line ${index}\n`).join("");
    const diff = prepareTextDiff(before, before.replace("line 50\n", "line fifty\n"), "a.txt");
    expect(diff).toMatchObject({ added: 1, removed: 1, skippedAtEnd: 46, isCut: false });
    expect(diff.stretches.map(({ skipped, lines }) => [skipped, lines.length])).toEqual([[47, 8]]);
    expect(diff.stretches[0]?.lines[4]?.html).toBe("line <mark>fifty</mark>");
  });

  it("accounts for every line", () => {
    const text = fc.array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 40 }).map((lines) => lines.join("\n"));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const { stretches, skippedAtEnd, added } = prepareTextDiff(before, after, "a.py");
        const all = stretches.reduce((sum, stretch) => sum + stretch.skipped + stretch.lines.filter((line) => line.kind !== "removed").length, skippedAtEnd);
        expect(all).toBe(after === "" ? 0 : after.split("\n").length - (after.endsWith("\n") ? 1 : 0));
        expect(stretches.flatMap(({ lines }) => lines).filter((line) => line.kind === "added").length).toBe(added);
      }),
      { numRuns: 500 },
    );
  });
});
