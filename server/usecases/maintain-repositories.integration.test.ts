import { mkdtemp, readdir, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { createEmbeddedForge } from "#server/adapters/forge/embedded/forge.ts";
import { createLogger } from "#server/log.ts";
import { value } from "#tests/world.ts";
import { maintainRepositories } from "./maintain-repositories.ts";

test("packs every repository that needs it, when nothing runs, and stops when the forge is closed", async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), "maintain-"));
  const forge = createEmbeddedForge({ folder });
  const log = createLogger("tests", "error");
  const author = { name: "Ada", email: "ada@example.org", at: new Date() };
  const ids = [value(await forge.createRepository("one")), value(await forge.createRepository("two"))];
  for (const id of ids) {
    for (let n = 0, parent = null; n < 3; n++) {
      const changes = new Map(Array.from({ length: 80 }, (_, file) => [`${file}.txt`, Buffer.from(`${n} ${file}`)]));
      parent = value(await forge.commit(id, { ref: "main", parent, message: "Save", author, changes }));
    }
  }
  const packs = async (): Promise<number[]> =>
    Promise.all(
      ids.map(async (id) => (await readdir(path.join(folder, id.slice(0, 2), `${id}.git`, "objects/pack"))).filter((name) => name.endsWith(".pack")).length),
    );
  expect(await packs()).toEqual([0, 0]);
  let asked = 0;
  await maintainRepositories({ forge, log }, () => {
    asked += 1;
    return asked !== 1;
  });
  expect(asked).toBeGreaterThan(2);
  expect(await packs()).toEqual([1, 1]);
  await forge.close();
  await maintainRepositories({ forge, log });
  await rm(folder, { recursive: true });
});
