import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startEmbeddedPostgres } from "#server/adapters/database/embedded.ts";
import { openEnvironments, openKernels } from "#server/container.ts";
import { createLogger } from "#server/log.ts";
import { testDatabaseVariable } from "#tests/database.ts";
import { type EngineSite, engineSite } from "#tests/engine.ts";
import { type Engine, startEngine } from "./engine.ts";

let folders: string[];
let database: Awaited<ReturnType<typeof startEmbeddedPostgres>>;
let site: EngineSite;
let engine: Engine;
const usual = process.env[testDatabaseVariable];

/** The port it had, as the supervisor does: addresses stay true. */
const start = (port?: number) =>
  startEmbeddedPostgres({
    ...(port === undefined ? {} : { port }),
    folder: folders[0] ?? "",
    runtimeFolder: folders[1] ?? "",
    log: createLogger("tests", "error"),
  });

beforeAll(async () => {
  folders = [await mkdtemp(path.join(tmpdir(), "sheaf-away-")), await mkdtemp(path.join(tmpdir(), "sheaf-away-"))];
  // Root starts the database as another user, who must reach its folders.
  for (const folder of folders) await chmod(folder, 0o711);
  database = await start();
  process.env[testDatabaseVariable] = database.url;
  site = await engineSite({ SHEAF_LOG_LEVEL: "error" });
  engine = await startEngine(site.services, await openKernels(site.config, site.log), await openEnvironments(site.config, site.log));
});
afterAll(async () => {
  await engine?.stop();
  await site?.close();
  await database?.stop();
  if (usual) process.env[testDatabaseVariable] = usual;
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

test("a run loses nothing while the database is away", async () => {
  const sheet = await site.publish([
    { source: "n = 1", tags: ["parameters"] },
    "import time\nfor i in range(30):\n    print(n, i, flush=True)\n    time.sleep(0.1)",
    "n * 2",
  ]);
  await site.final(sheet.runId);
  for (const [n, [before, away]] of [
    [300, 1000],
    [1000, 4000],
  ].entries()) {
    const id = await site.run(sheet, { n });
    await expect.poll(async () => (await site.store.findRun(id))?.state, { timeout: 30_000 }).toBe("running");
    await sleep(before ?? 0);
    await database.stop();
    await sleep(away ?? 0);
    database = await start(Number(new URL(database.url).port));
    const run = await site.final(id, 60);
    expect([run.state, run.attempt]).toEqual(["done", 1]);
    const cells = await site.store.listRunCells(id);
    const stream = cells.flatMap((cell) => cell.outputs).find((output) => output.output_type === "stream");
    expect(stream).toMatchObject({ text: Array.from({ length: 30 }, (_, i) => `${n} ${i}\n`).join("") });
    const events = await site.store.listRunEvents(id, 0, 10_000);
    expect(events.map((event) => event.seq)).toEqual(events.map((_, at) => at + 1));
  }
  // And it takes new ones, woken by a connection that was made anew.
  const after = await site.run(sheet, { n: 9 });
  expect((await site.final(after)).state).toBe("done");
});
