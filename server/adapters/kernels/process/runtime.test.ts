import { expect, test } from "vitest";
import { findMirror, rootfsName } from "./runtime.ts";

test("takes the machine's own archive, in either notation, and no other repository", () => {
  expect(findMirror("Types: deb\nURIs: http://mirror.example.org/debian/\nSuites: bookworm\n")).toBe("http://mirror.example.org/debian");
  expect(findMirror("deb [signed-by=/x.gpg] https://mirror.example.org/debian bookworm main")).toBe("https://mirror.example.org/debian");
  expect(
    findMirror(
      "# deb http://old.example.org/debian bookworm main\ndeb http://deb.example.org/debian-security bookworm main\ndeb https://packages.example.org/apt x main",
    ),
  ).toBeNull();
});

test("names the runtime by what it is made of", () => {
  expect(rootfsName()).toMatch(/^trixie-[0-9a-f]{10}$/);
});
