import fc from "fast-check";
import Papa from "papaparse";
import { describe, expect, it } from "vitest";
import { imageTypeOf, kindOfFile, readText } from "./file-kind.ts";
import { readTable } from "./read-table.ts";

describe("the kind of a file", () => {
  it("is told by the ending of its last name, whatever its case", () => {
    expect(kindOfFile("data/Counts.CSV")).toBe("table");
    expect(kindOfFile("a.b/notes.md")).toBe("markdown");
    expect(kindOfFile("folder.csv/Makefile")).toBe("other");
    expect(kindOfFile("constructor")).toBe("other");
  });

  it("shows no image type that a browser would run as a page", () => {
    for (const name of ["a.html", "a.xml", "a.svgz", "a.pdf", "a.constructor", "svg"]) expect(imageTypeOf(name)).toBe(null);
    expect(imageTypeOf("Figure.PNG")).toBe("image/png");
  });
});

describe("text", () => {
  it("is what is UTF-8 without a zero byte", () => {
    expect(readText(new TextEncoder().encode("ρ = 0.5\n"))).toBe("ρ = 0.5\n");
    expect(readText(new Uint8Array([0x50, 0x4b, 0x03, 0x00]))).toBe(null);
    expect(readText(new Uint8Array([0xff, 0xfe, 0x41]))).toBe(null);
  });
});

describe("the start of a table", () => {
  it("has the first rows, says how many there are, and knows columns of numbers", () => {
    const text = `site,count,note\n${Array.from({ length: 300 }, (_, row) => `site ${row},${row * 1.5},"a, b"`).join("\n")}\n`;
    const table = readTable(text, "counts.csv", true);
    expect(table?.header).toEqual(["site", "count", "note"]);
    expect(table?.rows).toHaveLength(200);
    expect(table?.rows[1]).toEqual(["site 1", "1.5", "a, b"]);
    expect(table?.total).toBe(300);
    expect(table?.numeric).toEqual([false, true, false]);
  });

  it("leaves out the line that the cut went through", () => {
    const table = readTable("a,b\n1,2\n3,", "x.csv", false);
    expect(table?.rows).toEqual([["1", "2"]]);
    expect(table?.total).toBe(null);
  });

  it("finds semicolons by itself, and tabs by the name", () => {
    expect(readTable("a;b\n1,5;2\n", "x.csv", true)?.rows).toEqual([["1,5", "2"]]);
    expect(readTable("a\tb\n1, 2\t3\n", "x.tsv", true)?.rows).toEqual([["1, 2", "3"]]);
  });

  it("is none where nothing is separated", () => {
    expect(readTable("only words\nand more\n", "x.csv", true)).toBe(null);
    expect(readTable("", "x.csv", true)).toBe(null);
  });

  it("gives back what was written, for any cells", () => {
    const cell = fc.string({ maxLength: 12 }).filter((text) => text.trim() !== "");
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell, cell), { minLength: 2, maxLength: 20 }), (written) => {
        const table = readTable(Papa.unparse(written, { quotes: true, newline: "\n" }), "x.csv", true);
        expect([table?.header, ...(table?.rows ?? [])]).toEqual(written);
      }),
    );
  });
});
