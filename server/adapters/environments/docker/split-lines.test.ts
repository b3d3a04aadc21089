import { expect, test } from "vitest";
import { createLineSplitter } from "./split-lines.ts";

function linesOf(...pieces: readonly string[]): string[] {
  const lines: string[] = [];
  const splitter = createLineSplitter((line) => void lines.push(line));
  for (const piece of pieces) splitter.add(piece);
  splitter.end();
  return lines;
}

test("lines are whole wherever their pieces end", () => {
  expect(linesOf("one\ntw", "o\n", "three")).toEqual(["one", "two", "three"]);
});

test("of a bar that grows in its line the last state is told", () => {
  expect(linesOf("10 %\r50 %\r100 %\r\ndone\n")).toEqual(["100 %", "done"]);
});

test("nothing is left that a terminal would obey", () => {
  expect(linesOf("\x1b[31mred\x1b[0m \x1b]0;title\x07\x1b[2Jand\x00 more\tof\x08 it\n")).toEqual(["red and more\tof it"]);
});

test("a line without an end fills no memory", () => {
  const [line = ""] = linesOf(...Array.from({ length: 100 }, () => "x".repeat(1000)));
  expect(line.length).toBeLessThanOrEqual(2000);
});
