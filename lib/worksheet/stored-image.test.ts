import { expect, test } from "vitest";
import type { RunView } from "#lib/domain/worksheet.ts";
import type { Output } from "#lib/notebook/nbformat.ts";
import { imageSize, svgSize } from "./image-size.ts";
import { presentOutput } from "./present-output.ts";
import { storedImageType, withImagesApart } from "./stored-image.ts";

const shown = { source: "removed", outputs: "shown", stdout: true, stderr: true } as const;
const runId = `run_${"0".repeat(26)}`;
const header = (bytes: readonly number[], more = 0): string => btoa(String.fromCharCode(...bytes)) + "A".repeat(more);
const png = (more = 0): string => header([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82, 0, 0, 2, 128, 0, 0, 1, 224], more);
const display = (data: Record<string, unknown>, metadata: Record<string, unknown> = {}): Output => ({ output_type: "display_data", data, metadata });
const paged = (output: Output, state: RunView["state"] = "done"): Output | undefined =>
  withImagesApart({ id: runId, state, cells: [{ index: 3, outputs: [display({}), output], executionCount: 1, durationMs: 1 }] } as unknown as RunView).cells[0]
    ?.outputs[1];

test("a large image of a finished run is named by its place, with its size and its words", () => {
  const output = paged(display({ "image/png": png(8000), "text/plain": "A river" }));
  expect(JSON.stringify(output).length).toBeLessThan(400);
  expect(output && presentOutput(output, shown)).toEqual({
    kind: "stored",
    image: { run: runId, cell: 3, position: 1, type: "image/png", width: 640, height: 480 },
    alt: "A river",
  });
});

test("what is shown is the same image that is shown with its data", () => {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="3in" height="200">${"<g/>".repeat(2000)}</svg>`;
  const output = display({ "image/png": png(8000), "image/svg+xml": svg });
  expect(presentOutput(output, shown)).toMatchObject({ kind: "svg", width: 288, height: 200 });
  expect(presentOutput(paged(output) as Output, shown)).toMatchObject({ kind: "stored", image: { type: "image/svg+xml", width: 288, height: 200 } });
});

test("small images, other outputs and runs that go on stay as they are", () => {
  const small = display({ "image/png": png() });
  const large = display({ "image/png": png(8000) });
  const table = display({ "text/html": `<table>${" ".repeat(9000)}</table>` });
  expect([paged(small), paged(table), paged(large, "running")]).toEqual([small, table, large]);
});

test("the size the kernel asks for counts, and half of it is completed by the image's shape", () => {
  const sized = (size: unknown) => presentOutput(display({ "image/png": png() }, { "image/png": size }), shown);
  expect(sized({ width: 320, height: 240 })).toMatchObject({ width: 320, height: 240 });
  expect(sized({ width: 320 })).toMatchObject({ width: 320, height: 240 });
  expect(sized({ width: -1, height: "x" })).toMatchObject({ width: 640, height: 480 });
});

test.each([
  {},
  null,
  "x",
  { run: "../../me", cell: 0, position: 0, type: "image/png" },
  { run: runId, cell: "0/../..", position: 0, type: "image/png" },
  { run: runId, cell: 0, position: 0, type: "text/html" },
])("a kernel that writes %j shows nothing by it", (said) =>
  expect(presentOutput(display({ [storedImageType]: said, "text/plain": "plain" }), shown).kind).toBe("text"),
);

test("sizes are read from the headers of PNG, JPEG, GIF and WebP, and from nothing else", () => {
  expect(imageSize("image/gif", header([71, 73, 70, 56, 57, 97, 10, 0, 20, 0]))).toEqual({ width: 10, height: 20 });
  const jpeg = [0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xc0, 0, 11, 8, 0, 50, 0, 60, 1, 0, 0, 0];
  expect(imageSize("image/jpeg", header(jpeg))).toEqual({ width: 60, height: 50 });
  const riff = [82, 73, 70, 70, 0, 0, 0, 0, 87, 69, 66, 80];
  expect(imageSize("image/webp", header([...riff, 86, 80, 56, 88, 10, 0, 0, 0, 0, 0, 0, 0, 99, 0, 0, 49, 0, 0]))).toEqual({ width: 100, height: 50 });
  for (const type of ["image/png", "image/jpeg", "image/gif", "image/webp"])
    expect([type, imageSize(type, "AAAA"), imageSize(type, "!")]).toEqual([type, null, null]);
  expect(svgSize('<svg width="100%" height="50%">')).toBeNull();
});
