import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { sweepGivenFiles } from "./sweeper.ts";

test("files that a killed engine had laid ready for a run are removed, those of a run under way stay", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "sheaf-sweep-"));
  for (const name of ["inputs-old", "inputs-new"]) {
    await mkdir(path.join(folder, name));
    await writeFile(path.join(folder, name, "data.csv"), "private");
  }
  const longAgo = new Date(Date.now() - 24 * 3_600_000);
  await utimes(path.join(folder, "inputs-old"), longAgo, longAgo);
  await sweepGivenFiles(folder, new Date());
  expect(await readdir(folder)).toEqual(["inputs-new"]);
  await sweepGivenFiles(path.join(folder, "absent"), new Date());
  await rm(folder, { recursive: true });
});
