import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type EngineProcess, startEngineProcess } from "#tests/engine-process.ts";
import { type LabSite, labSite } from "#tests/lab-site.ts";
import { processesNaming } from "#tests/processes.ts";

const kills = 5;
let site: LabSite;
let engine: EngineProcess;
const start = (): Promise<EngineProcess> => startEngineProcess({ ...site.environment, SHEAF_LOG_LEVEL: "error", SHEAF_LAB_POOL: "1" });
const everyFile = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { recursive: true })).filter((name) => !name.startsWith("settings")).sort();

beforeAll(async () => {
  site = await labSite();
  engine = await start();
});
afterAll(async () => {
  await engine?.kill("SIGTERM").catch(() => {});
  await site?.close();
});

test(`an engine that is killed ${kills} times leaves no lab, no mount and no lost file, and its next life opens them again`, async () => {
  const projectId = await site.project({ "notes.md": "# Notes\n" });
  const home = site.homes.folderOf({ username: "ada", uid: null });
  let label = "";
  for (let n = 1; n <= kills; n += 1) {
    const { lab, client } = await site.open(projectId);
    label ||= lab.label;
    expect(lab.label).toBe(label);
    const kernel = await client.kernel();
    await kernel.execute(`open('saved-${n}.txt', 'w').write('${n}')`);
    kernel.send("import time\nwhile True: time.sleep(1)");
    const before = await everyFile(home);
    await engine.kill("SIGKILL");
    // Sandboxes end with whoever started them; one that was just being made as soon as it looks for an assignment.
    await expect.poll(() => processesNaming(path.join(site.config.dataFolder, "kernels")), { timeout: 60_000 }).toEqual([]);
    expect(await readFile("/proc/self/mountinfo", "utf8")).not.toContain(site.config.dataFolder);
    engine = await start();
    expect(await site.until(lab.id, (row) => row.state === "stopped")).toMatchObject({ stopReason: "server_stopped", address: null, secret: null });
    expect(await everyFile(home)).toEqual(before);
    // The second start may be from one that waited, whose home came by a mount.
    if (n % 2 === 1) await expect.poll(async () => (await site.store.listEngines(new Date(0)))[0]?.details.labs?.waiting, { timeout: 60_000 }).toBe(1);
  }
  const { lab, client } = await site.open(projectId);
  expect((await client.request("GET", `api/contents/saved-${kills}.txt`)).body).toMatchObject({ content: String(kills) });
  expect(await site.store.findLab(lab.id)).toMatchObject({ state: "ready", generation: kills + 1 });
}, 300_000);
