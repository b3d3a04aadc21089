import { expect, test } from "vitest";
import { archiveNames } from "./archive-names.ts";

test("what leads out of a folder on some system becomes a plain name", () => {
  const nameOf = archiveNames();
  expect(nameOf("x/..\\..\\evil.exe")).toBe("x/.._.._evil.exe");
  expect(nameOf("C:\\autoexec.bat")).toBe("C__autoexec.bat");
  expect(nameOf("x/a\nb\u0007.txt")).toBe("x/a_b_.txt");
  expect(nameOf("x/notes.txt:stream")).toBe("x/notes.txt_stream");
  expect(nameOf("x/größe 東.csv")).toBe("x/größe 東.csv");
});

test("names that become the same stay apart, with everything below them", () => {
  const nameOf = archiveNames();
  expect(nameOf("a:b/1.txt")).toBe("a_b/1.txt");
  expect(nameOf("a\\b/1.txt")).toBe("a_b (2)/1.txt");
  expect(nameOf("a\\b/1.TXT")).toBe("a_b (2)/1 (2).TXT");
  expect(nameOf("a:b")).toBe("a_b");
});
