import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { EngineId, LabId, RunId } from "#lib/domain/ids.ts";
import type { LabRow } from "#server/ports/store.ts";
import { openLab as openLabAs } from "#server/usecases/open-lab.ts";
import { type LabSite, labSite } from "./lab-site.ts";
import { emptyImage, type SwarmNode, startSwarmNodes, whyNoNodes } from "./swarm-nodes.ts";
import { value } from "./world.ts";

const root = path.resolve(import.meta.dirname, "..");
const program = [process.execPath, path.join(root, "server/cli/main.ts")];
const seen = (folder: string) => ({ type: "bind", source: folder, target: folder, read_only: true });
/** Longer than a dead node is believed to live. */
const runSeconds = 15;

type Stack = { services: Record<string, object>; networks: Record<string, { driver_opts?: object }> };

/**
 * deploy/swarm/stack.yml as it can be here: no image of ours is built and none of others can be fetched, so that programs of this machine run
 * in their place; and its kernel need not have what encrypts a network.
 */
async function stackHere(databaseSocket: string): Promise<Stack> {
  const stack = parse(await readFile(path.join(root, "deploy/swarm/stack.yml"), "utf8"), { merge: true }) as Stack;
  const programs = [seen("/usr"), seen("/etc/alternatives"), seen(root)];
  const change = (name: string, more: object): void => {
    const service = stack.services[name] as { volumes?: object[]; healthcheck?: object };
    stack.services[name] = { ...service, volumes: [...(service.volumes ?? []), ...programs], ...more };
  };
  const checked = (part: string) => ({
    entrypoint: program,
    healthcheck: { test: ["CMD", ...program, "serve", part, "--check"], interval: "5s", retries: 10 },
  });
  change("engine", checked("engine"));
  // Where the database is: the node that stays.
  change("gateway", { ...checked("gateway"), deploy: { endpoint_mode: "dnsrr", placement: { constraints: ["node.role == manager"] } } });
  const pipe = `require("net").createServer((from) => { const to = require("net").connect(${JSON.stringify(databaseSocket)}); from.pipe(to).pipe(from); for (const one of [from, to]) one.on("error", () => { from.destroy(); to.destroy(); }); }).listen(5432)`;
  const socket = { type: "bind", source: path.dirname(databaseSocket), target: path.dirname(databaseSocket) };
  const healthcheck = { test: ["CMD", "true"], interval: "1s" };
  change("postgres", { image: emptyImage, command: [process.execPath, "-e", pipe], volumes: [...programs, socket], healthcheck });
  // The database is there already, and pages are not built.
  for (const name of ["prepare", "web"]) change(name, { deploy: { replicas: 0 } });
  for (const name of ["front", "back", "labs"]) delete stack.networks[name]?.driver_opts;
  return stack;
}

if (whyNoNodes !== null) console.log(`skipped: ${whyNoNodes}`);

describe.skipIf(whyNoNodes !== null)("several Docker nodes in a Swarm, with an engine on each", () => {
  let site: LabSite;
  let nodes: readonly SwarmNode[];
  let stop: () => Promise<void> = async () => undefined;
  let folder: string;
  const database = net.createServer();

  const engines = () => site.store.listEngines(new Date(0));
  const nodeOf = (engineId: EngineId | null): SwarmNode => {
    const node = nodes.find(({ name }) => engineId?.startsWith(`${name}-`));
    if (!node) throw new Error(`No node has the engine ${engineId}.`);
    return node;
  };
  const openLab = async (projectId: string | null): Promise<LabRow> => {
    const view = value(await openLabAs(site.author, { projectId }));
    const lab = await site.until(view.id, ({ state }) => state !== "queued" && state !== "starting", 120);
    expect(lab).toMatchObject({ state: "ready", error: null });
    return lab;
  };
  const runsOf = (ids: readonly RunId[]) => Promise.all(ids.map(async (id) => (await site.store.findRun(id)) ?? expect.unreachable()));

  beforeAll(async () => {
    const began = performance.now();
    site = await labSite();
    folder = await mkdtemp(path.join(os.tmpdir(), "sheaf-swarm-"));
    const databaseSocket = path.join(folder, "run/database.sock");
    await mkdir(path.dirname(databaseSocket));
    const { hostname, port, username, password, pathname } = new URL(site.database.url);
    database.on("connection", (from) => {
      const to = net.connect(Number(port), hostname);
      from.on("error", () => to.destroy());
      to.on("error", () => from.destroy());
      from.pipe(to).pipe(from);
    });
    await new Promise<void>((resolve) => database.listen(databaseSocket, resolve));
    await writeFile(path.join(folder, "stack.json"), JSON.stringify(await stackHere(databaseSocket)));
    for (const name of ["secrets", "tls"]) await mkdir(path.join(folder, name));
    const files = {
      "nginx.conf": "#",
      "tls/fullchain.pem": "#",
      "tls/privkey.pem": "#",
      "secrets/secret": "s".repeat(40),
      "secrets/database_url": `postgres://${username}:${password}@postgres:5432${pathname}`,
      "secrets/postgres_password": "unused",
      "secrets/registry_password": "unused",
    };
    for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);
    ({ nodes, stop } = await startSwarmNodes(3, [root, site.config.dataFolder, path.dirname(databaseSocket)]));
    const { dataFolder } = site.config;
    await mkdir(path.join(dataFolder, "homes"), { recursive: true });
    const settings = {
      SHEAF_IMAGE: emptyImage,
      SHEAF_URL: "http://sheaf.localhost",
      SHEAF_DATA: dataFolder,
      SHEAF_DATA_VOLUME_TYPE: "none",
      SHEAF_DATA_VOLUME_OPTIONS: "bind",
      SHEAF_DATA_VOLUME_DEVICE: dataFolder,
      SHEAF_NODE_NETWORK: "10.221.0.0/24",
      SHEAF_CAPACITY: "4",
      SHEAF_POOL_SIZE: "1",
      SHEAF_LOG_LEVEL: "warn",
    };
    await nodes[0]?.say("node", "update", "--label-add", "sheaf.database=yes", nodes[0].name);
    await nodes[0]?.deploy("sheaf", [path.join(folder, "stack.json")], settings);
    const areReady = async (): Promise<boolean> => (await engines()).filter(({ details }) => details.adapter === "swarm" && details.labs?.works).length === 3;
    await until(areReady, 150).catch(async (error: unknown) => {
      console.log(await nodes[0]?.say("stack", "ps", "--no-trunc", "sheaf"), await nodes[0]?.say("service", "logs", "--tail", "30", "sheaf_engine"));
      throw error;
    });
    console.log(`three nodes with an engine each: ${((performance.now() - began) / 1000).toFixed(1)} s`);
  }, 300_000);

  afterAll(async () => {
    await stop();
    database.close();
    await site.close();
    await rm(folder, { recursive: true, force: true });
  }, 120_000);

  test("runs are spread; of a node that dies the runs end elsewhere and the labs are told, and nothing else is disturbed", { timeout: 300_000 }, async () => {
    const worksheet = await site.publish([`import time\nfor second in range(${runSeconds}):\n    time.sleep(1)\nprint("whole")`]);
    const labs = await Promise.all([0, 1, 2].map(async () => openLab(await site.project()))).catch(async (error: unknown) => {
      console.log(String(error), await nodes[0]?.say("service", "logs", "--tail", "30", "sheaf_engine"));
      throw error;
    });
    const places = labs.map(({ engineId }) => nodeOf(engineId));
    expect(new Set(places).size).toBeGreaterThan(1);
    await reachLabs(nodes[0], labs);

    const ids = await Promise.all(Array.from({ length: 6 }, (_, person) => site.run(worksheet, {}, { queueKey: `person ${person}` })));
    await expect.poll(async () => (await runsOf(ids)).every(({ state }) => state === "running"), { timeout: 60_000, interval: 200 }).toBe(true);
    const before = await runsOf(ids);
    const counts = nodes.map((node) => before.filter(({ engineId }) => nodeOf(engineId) === node).length);
    console.log(`six runs on three nodes: ${counts.join(", ")}`);
    expect(counts.filter((count) => count > 0).length).toBeGreaterThan(1);

    const victim = places.find((node) => node !== nodes[0] && (counts[nodes.indexOf(node)] ?? 0) > 0) ?? expect.unreachable();
    const struck = before.filter(({ engineId }) => nodeOf(engineId) === victim).map(({ id }) => id);
    const lost = labs.filter((_, index) => places[index] === victim);
    await victim.kill();
    const killed = performance.now();
    const since = (): string => ((performance.now() - killed) / 1000).toFixed(1);
    const told = until(async () => (await Promise.all(lost.map(({ id }) => site.store.findLab(id as LabId)))).every((lab) => lab?.state === "stopped")).then(
      since,
    );
    await until(async () => (await runsOf(struck)).every(({ state, engineId }) => state === "running" && engineId !== null && nodeOf(engineId) !== victim));
    const elsewhere = since();
    console.log(
      `after a node was killed its ${struck.length} runs ran elsewhere within ${elsewhere} s, its ${lost.length} labs were told within ${await told} s`,
    );
    // What is promised, not how fast this machine is: most of it is the silence that has to be waited for.
    expect(Number(elsewhere)).toBeLessThan(20);

    for (const id of ids) expect(await site.final(id, 120)).toMatchObject({ state: "done", attempt: struck.includes(id) ? 2 : 1 });
    for (const lab of labs)
      if (lost.includes(lab)) expect(await site.store.findLab(lab.id)).toMatchObject({ state: "stopped", error: expect.stringContaining("stopped answering") });
      else expect(await site.store.findLab(lab.id)).toMatchObject({ state: "ready" });

    const again = await openLab(lost[0]?.projectId ?? null);
    expect(nodeOf(again.engineId)).not.toBe(victim);
    await reachLabs(nodes[0], [again]);
  });
});

/** As the gateway does it: from its own container, over the network that the nodes share. */
async function reachLabs(node: SwarmNode | undefined, labs: readonly LabRow[]): Promise<void> {
  const gateway = (await node?.say("ps", "--quiet", "--filter", "name=sheaf_gateway"))?.trim() ?? "";
  for (const { address, secret } of labs) {
    if (address?.kind !== "tcp") throw new Error(`The lab is at ${JSON.stringify(address)}.`);
    const place = `http://${address.host}:${address.port}/api/status`;
    const ask = (token: string): string =>
      `fetch(${JSON.stringify(place)}, { headers: { authorization: "token ${token}" } }).then((answer) => console.log(answer.status))`;
    expect((await node?.say("exec", gateway, process.execPath, "-e", ask(secret ?? "")))?.trim()).toBe("200");
    expect((await node?.say("exec", gateway, process.execPath, "-e", ask("guessed")))?.trim()).toBe("403");
  }
}

async function until(what: () => Promise<boolean>, seconds = 90): Promise<void> {
  for (const deadline = performance.now() + seconds * 1000; !(await what()); await sleep(100))
    if (performance.now() > deadline) throw new Error(`not so after ${seconds} s`);
}
