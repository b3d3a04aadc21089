import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isFinal } from "#lib/domain/run.ts";
import { freePort } from "#server/free-port.ts";
import { processesNaming } from "#tests/processes.ts";
import { createClient } from "#tests/sheaf-client.ts";
import { type SheafServer, startSheaf } from "#tests/sheaf-server.ts";
import { expect, test } from "./fixtures.ts";
import { importWorksheets } from "./import-worksheets.ts";

const kills = 20;
const environment = { SHEAF_DEMO: "off", SHEAF_POOL_SIZE: "1", SHEAF_TRUSTED_PROXIES: "1" };

/** A stranger with an address of their own presses Run; answers the run's id. */
async function pressRun(server: SheafServer, stranger: number, pause: number): Promise<string> {
  const client = createClient({ port: server.port, publicUrl: server.publicUrl, address: `10.1.${Math.floor(stranger / 250)}.${(stranger % 250) + 1}` });
  const { items } = await client.worksheets();
  const worksheet = items.find((item) => item.slug === "test-steps");
  if (!worksheet) throw new Error("The test worksheet is not in the gallery.");
  return (await client.startRun(worksheet.id, { steps: 3 + (stranger % 5), pause }, true)).id;
}

test(`after ${kills} times kill -9, with the database and without, no run hangs and no kernel is left`, async () => {
  test.setTimeout(1_200_000);
  const dataFolder = await mkdtemp(path.join(os.tmpdir(), "sheaf-killed-often-"));
  const port = await freePort();
  const ids: string[] = [];
  let server = await startSheaf({ dataFolder, environment, port });
  try {
    await importWorksheets(dataFolder, ["test-steps"]);
    for (let kill = 0; kill < kills; kill++) {
      for (let n = 0; n < 2; n++) ids.push(await pressRun(server, ids.length, 0.3));
      await sleep(Math.random() * 2500);
      // Every other time PostgreSQL dies with it, in the middle of whatever it wrote.
      await server.killHard(kill % 2 === 0 ? "everything" : "own processes");
      server = await startSheaf({ dataFolder, environment, port });
    }
    const client = createClient({ port, publicUrl: server.publicUrl });
    const tally: Record<string, number> = {};
    for (const id of ids) {
      const run = await client.finish(id);
      expect(isFinal(run.state), `${id} is ${run.state}`).toBe(true);
      if (run.state === "lost") expect(run.error?.message).toBeTruthy();
      tally[run.state] = (tally[run.state] ?? 0) + 1;
    }
    console.log(`${ids.length} runs over ${kills} kills: ${JSON.stringify(tally)}`);
    expect(Object.keys(tally).every((state) => state === "done" || state === "lost")).toBe(true);
    const fresh = await pressRun(server, ids.length, 0);
    expect((await client.finish(fresh)).state).toBe("done");
  } finally {
    const left = await server.stop();
    expect(left.map((seen) => seen.command)).toEqual([]);
    expect(processesNaming(dataFolder).map((seen) => seen.command)).toEqual([]);
    await rm(dataFolder, { recursive: true, force: true });
  }
});
