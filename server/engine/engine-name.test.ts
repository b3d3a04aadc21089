import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { engineName } from "./engine-name.ts";

test("engines with the same settings are told apart by their data folders, and keep their names", async () => {
  const folders = await Promise.all([1, 2].map(() => mkdtemp(path.join(tmpdir(), "sheaf-name-"))));
  const [first = "", second = ""] = folders;
  const name = await engineName("engine", first);
  expect(name).toMatch(/^engine-[a-z0-9]{10}$/);
  expect(await engineName("engine", first)).toBe(name);
  expect(await engineName("engine", second)).not.toBe(name);
  expect(await engineName("other", first)).toBe(name.replace("engine", "other"));
  for (const folder of folders) await rm(folder, { recursive: true });
});
