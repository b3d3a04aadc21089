import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCommand } from "./run-command.ts";

const main = path.resolve(import.meta.dirname, "main.ts");
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "sheaf-check-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function written(name: string, source: string): Promise<string> {
  const file = path.join(folder, name);
  const cells = [
    { cell_type: "markdown", metadata: {}, source: "# Growth" },
    { cell_type: "code", metadata: { tags: ["parameters"] }, source, outputs: [], execution_count: null },
  ];
  const metadata = { kernelspec: { name: "python3", display_name: "Python", language: "python" }, language_info: { name: "python" } };
  await writeFile(file, JSON.stringify({ nbformat: 4, nbformat_minor: 4, metadata, cells }));
  return file;
}

const check = (...files: string[]) => runCommand([process.execPath, main, "check", ...files]);

test("check names the parameters of a notebook, warns with cell and line, and succeeds", async () => {
  const file = await written("warned.ipynb", "days = 30\ndays = 31");
  const { code, output } = await check(file);
  expect(output).toContain(`${file}:2:2: warning: days was given a value already in line 1`);
  expect(output).toContain(`${file}: parameters: days (integer) = 31`);
  expect(code).toBe(0);
});

test("check fails when one notebook of several cannot be published, and says where", async () => {
  const good = await written("good.ipynb", "days = 30");
  const bad = await written("bad.ipynb", "days = 30\n) = 5");
  await writeFile(path.join(folder, "none.ipynb"), "no notebook");
  const { code, output } = await check(bad, path.join(folder, "none.ipynb"), path.join(folder, "gone.ipynb"), good);
  expect(output).toMatch(/bad\.ipynb:2:2: error: /);
  expect(output).toMatch(/none\.ipynb: error: This is not a notebook/);
  expect(output).toMatch(/gone\.ipynb: error: There is no such file\./);
  expect(output).toMatch(/good\.ipynb: parameters: days/);
  expect(code).toBe(1);
});

test("check without a notebook, or with an option, says how it is used", async () => {
  expect(await check()).toMatchObject({ code: 1, output: expect.stringContaining("./sheaf check FILE.ipynb") });
  expect(await check("--port")).toMatchObject({ code: 1, output: expect.stringContaining('no option "--port"') });
});
