import { describe, expect, it } from "vitest";
import type { Cell, Notebook, Output } from "#lib/notebook/nbformat.ts";
import { printNotebook } from "#lib/notebook/print-notebook.ts";
import { ok } from "#lib/result.ts";
import { prepareNotebook, prepareNotebookDiff, readPreparedOutput } from "./prepare-notebook.ts";

const png = (size: number): Output => ({ output_type: "display_data", data: { "image/png": Buffer.alloc(size, 7).toString("base64") }, metadata: {} });
const code = (source: string, ...outputs: Output[]): Cell => ({ cell_type: "code", metadata: {}, source, outputs, execution_count: 1 });
const of = (...cells: readonly Cell[]): Notebook => ({
  nbformat: 4,
  nbformat_minor: 5,
  metadata: { kernelspec: { name: "python3", display_name: "Python 3", language: "python" } },
  cells: cells.map((cell, index) => ({ ...cell, id: `c${index}` })),
});
const bytesOf = (notebook: Notebook) => new TextEncoder().encode(printNotebook(notebook));
const reader = (notebook: Notebook) => {
  const bytes = bytesOf(notebook);
  const read = async () => {
    read.times++;
    return ok(bytes);
  };
  read.times = 0;
  return read;
};

/** The longest time for which nothing else got its turn. */
async function longestPause<T>(what: () => Promise<T>): Promise<{ readonly value: T; readonly pauseMs: number }> {
  let [last, pauseMs] = [performance.now(), 0];
  const timer = setInterval(() => {
    pauseMs = Math.max(pauseMs, performance.now() - last);
    last = performance.now();
  }, 1);
  const value = await what();
  await new Promise((resolve) => setTimeout(resolve, 20));
  clearInterval(timer);
  return { value, pauseMs };
}

describe("preparing a notebook", () => {
  it("prepares 50 MB in a thread, leaves images where they are, and gives them one by one", async () => {
    const large = of(
      { cell_type: "markdown", metadata: {}, source: "# A large one" },
      ...Array.from({ length: 50 }, (_, index) => code(`plot(${index})`, png(750_000 + index))),
    );
    const read = reader(large);
    const { value, pauseMs } = await longestPause(() => prepareNotebook("large", read));
    if (!value.ok) throw new Error(value.failure.message);
    expect(value.value).toMatchObject({ title: "A large one", kernel: "Python 3", contents: [{ level: 1, title: "A large one", anchor: "s-A-large-one" }] });
    expect(value.value.cells[7]).toMatchObject({ kind: "code", index: 7, outputs: [{ kind: "image", type: "image/png", position: 0 }] });
    expect(JSON.stringify(value.value).length).toBeLessThan(50_000);
    console.log(`longest pause of the event loop: ${pauseMs.toFixed(0)} ms`);

    const image = await readPreparedOutput("large", 50, 0, read);
    expect(image.ok && [image.value.mediaType, image.value.bytes.byteLength]).toEqual(["image/png", 750_049]);
    expect(read.times).toBeLessThanOrEqual(2);
    // Forgotten or never prepared: it is found in the text all the same.
    const other = await readPreparedOutput("elsewhere", 3, 0, read);
    expect(other.ok && other.value.bytes.byteLength).toBe(750_002);
    expect(await readPreparedOutput("elsewhere", 3, 1, read)).toMatchObject({ ok: false, failure: { code: "not_found" } });
    expect(await readPreparedOutput("elsewhere", 999, 0, read)).toMatchObject({ ok: false, failure: { code: "not_found" } });
  });

  it("answers from memory what it has prepared", async () => {
    const read = reader(of(code("x = 1")));
    await Promise.all([prepareNotebook("small", read), prepareNotebook("small", read)]);
    await prepareNotebook("small", read);
    expect(read.times).toBe(1);
  });

  it("tells in words what cannot be read, and passes on what the reader fails with", async () => {
    expect(await prepareNotebook("broken", async () => ok(new TextEncoder().encode("{")))).toMatchObject({ ok: false, failure: { code: "invalid" } });
    const gone = { ok: false, failure: { code: "not_found", message: "No such file." } } as const;
    expect(await prepareNotebook("gone", async () => gone)).toEqual(gone);
    expect(await prepareNotebook("large and broken", async () => ok(new Uint8Array(3_000_000).fill(91)))).toMatchObject({
      ok: false,
      failure: { code: "invalid" },
    });
  });

  it("prepares the difference of two large notebooks in a thread, too", async () => {
    const cells = Array.from({ length: 40 }, (_, index) => code(`plot(${index})`, png(60_000 + index)));
    const [before, after] = [of(...cells), of(...cells.slice(0, 20), code("new = 1"), ...cells.slice(20, 39))];
    const diff = await prepareNotebookDiff(
      { blob: "a", read: reader(before) },
      { blob: "b", read: reader({ ...after, cells: after.cells.map((cell, index) => ({ ...cell, id: `c${index}` })) }) },
    );
    expect(diff.ok && diff.value.counts).toEqual({ added: 1, removed: 1, changed: 0, moved: 0, outputsOnly: 0 });
    expect(diff.ok && diff.value.entries.map((entry) => (entry.kind === "cell" ? entry.change : entry.cells.length))).toEqual([20, "added", 19, "removed"]);
    const none = await prepareNotebookDiff(null, { blob: "b", read: reader(after) });
    expect(none.ok && none.value.counts.added).toBe(40);
  });
});
