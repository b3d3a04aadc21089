import { mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import Docker from "dockerode";
import type { Config } from "#server/config.ts";
import { loadConfigWith } from "#server/config.ts";
import { openKernels } from "#server/container.ts";
import { endKernel, startKernel } from "#server/engine/start-kernel.ts";
import { createLogger } from "#server/log.ts";
import { processesBelow, proportionalBytes } from "#tests/processes.ts";
import { createClient, type SheafClient } from "#tests/sheaf-client.ts";
import { type SheafServer, startSheaf } from "#tests/sheaf-server.ts";
import { measureCrowd, type Visit } from "./measure-crowd.ts";
import { pause, type RunTiming, timeCachedAnswer, timeRun } from "./measure-runs.ts";

export type Adapter = Config["kernels"]["adapter"];
export type AdapterFigures = {
  readonly cold: readonly RunTiming[];
  readonly warm: readonly RunTiming[];
  readonly cachedMs: readonly number[];
  readonly crowds: readonly { readonly people: number; readonly tookMs: number; readonly visits: readonly Visit[] }[];
};
/** Of kernels alone: from the call to the first answer, and what one holds of memory with all that keeps it shut in. */
export type KernelCost = { readonly startMs: number[]; readonly bytes: number[] };

const turns = 5;
const betweenRunsMs = 5000;
const crowds = [10, 50] as const;
const notebook = "wright-fisher-drift.ipynb";
const administrator = { username: "keeper", password: "measured with patience" };
const valuesOf = (turn: number) => ({ population_size: 40, seed: 9000 + turn });

/** One house on each adapter, with the same worksheet, first without warm kernels and then with them. */
export async function measureAdapter(adapter: Adapter): Promise<AdapterFigures> {
  const dataFolder = await mkdtemp(path.join(os.tmpdir(), "sheaf-adapter-"));
  const environment = {
    SHEAF_KERNELS: adapter,
    // A swarm of one node: its labs would be reached here.
    ...(adapter === "swarm" ? { SHEAF_NODE_NETWORK: "127.0.0.1" } : {}),
    SHEAF_ADMIN_USER: administrator.username,
    SHEAF_ADMIN_PASSWORD: administrator.password,
    SHEAF_DEMO: "off",
    SHEAF_LAB_POOL: "0",
    SHEAF_TRUSTED_PROXIES: "1",
    SHEAF_LOG_LEVEL: "warn",
  };
  let server: SheafServer | null = null;
  try {
    server = await startSheaf({ dataFolder, environment: { ...environment, SHEAF_POOL_SIZE: "0", SHEAF_POOL_WORKSHEETS: "0" } });
    const id = await publish(server);
    const cold: RunTiming[] = [];
    for (let turn = 0; turn < turns; turn++) cold.push(await timeRun(visitorOf(server), id, valuesOf(turn)));
    await server.stop();

    server = await startSheaf({ dataFolder, environment });
    const visitor = visitorOf(server);
    await timeRun(visitor, id, valuesOf(99));
    const warm: RunTiming[] = [];
    for (let turn = 0; turn < turns; turn++) {
      await pause(betweenRunsMs);
      warm.push(await timeRun(visitor, id, valuesOf(100 + turn)));
    }
    const cachedMs: number[] = [];
    for (let turn = 0; turn < turns; turn++) cachedMs.push(await timeCachedAnswer(visitor, id, valuesOf(100 + turn)));
    const measured: AdapterFigures["crowds"][number][] = [];
    for (const people of crowds) {
      await pause(betweenRunsMs);
      const began = performance.now();
      const visits = await measureCrowd(server, id, people, (person) => valuesOf(people * 100 + person));
      measured.push({ people, tookMs: performance.now() - began, visits });
    }
    return { cold, warm, cachedMs, crowds: measured };
  } finally {
    await server?.stop();
    await rm(dataFolder, { recursive: true, force: true });
  }
}

function visitorOf({ port, publicUrl }: SheafServer): SheafClient {
  return createClient({ port, publicUrl, address: "10.61.0.1" });
}

/** The notebook alone: what it asks for of packages stands in the usual environment of each adapter. */
async function publish(server: SheafServer): Promise<string> {
  const { port, publicUrl } = server;
  const author = createClient({ port, publicUrl, address: "10.61.0.2" });
  await author.signIn(administrator.username, administrator.password);
  const project = await author.json<{ id: string }>("POST", "/api/v1/projects", { title: "Drift", type: "worksheet", visibility: "public" });
  const source = await readFile(path.resolve("library/wright-fisher-drift", notebook), "utf8");
  const written = await author.send("PUT", `/api/v1/projects/${project.id}/files/${notebook}`, source, { "content-type": "application/octet-stream" });
  if (written.status >= 400) throw new Error(`The notebook was not taken: ${written.status} ${written.text.slice(0, 300)}`);
  await author.json("POST", `/api/v1/projects/${project.id}/versions`, { message: "A notebook" });
  const published = await author.json<{ worksheetId: string; runId: string }>("POST", `/api/v1/projects/${project.id}/worksheets`, { path: notebook });
  const run = await author.finish(published.runId);
  if (run.state !== "done") throw new Error(`The worksheet was not published: ${run.state} ${run.error?.message ?? ""}`);
  // It has its page a moment after its run is done.
  const address = `/api/v1/worksheets/${published.worksheetId}`;
  for (const giveUpAt = Date.now() + 60_000; (await visitorOf(server).send("GET", address)).status !== 200; await pause(100))
    if (Date.now() > giveUpAt) throw new Error("The worksheet was not published in a minute.");
  return published.worksheetId;
}

/** Kernels of each adapter in turn, so that both meet the same neighbours on the machine. */
export async function measureKernels(adapters: readonly Adapter[], count: number): Promise<ReadonlyMap<Adapter, KernelCost>> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "sheaf-kernels-"));
  const log = createLogger("bench", "error");
  const open = await Promise.all(
    adapters.map(async (adapter) => {
      const config = loadConfigWith({ SHEAF_DATA: path.join(folder, adapter), SHEAF_KERNELS: adapter, SHEAF_ENGINE_ID: `bench-${adapter}` });
      return { adapter, config, kernels: await openKernels(config, log), cost: { startMs: [], bytes: [] } as KernelCost };
    }),
  );
  try {
    // The first of each reads its programs from the disk.
    for (let turn = -1; turn < count; turn++)
      for (const { adapter, config, kernels, cost } of open) {
        const others = new Set(processesBelow(process.pid).map(({ pid }) => pid));
        const began = performance.now();
        const ready = await startKernel(kernels, config.kernels, { language: "python", environment: null, memoryBytes: config.visitor.memoryBytes });
        if (!ready.ok) throw new Error(ready.failure.message);
        const tookMs = performance.now() - began;
        await pause(500);
        if (turn >= 0) {
          cost.startMs.push(tookMs);
          cost.bytes.push(adapter === "process" ? bytesBelow(process.pid, others) : await bytesOfContainers(config));
        }
        await endKernel(ready.value);
      }
  } finally {
    for (const { kernels } of open) await kernels.close();
    await rm(folder, { recursive: true, force: true });
  }
  return new Map(open.map(({ adapter, cost }) => [adapter, cost]));
}

/** But for the others: the server under measure is below this process as well. */
function bytesBelow(pid: number, others: ReadonlySet<number> = new Set()): number {
  return processesBelow(pid)
    .filter((seen) => seen.pid !== pid && !others.has(seen.pid))
    .reduce((sum, seen) => sum + proportionalBytes(seen.pid), 0);
}

/** With the process that stands over each container. */
async function bytesOfContainers({ docker: { address } }: Config): Promise<number> {
  const docker = new Docker({ socketPath: address.replace(/^unix:\/\//, "") });
  const found = await docker.listContainers({ filters: { label: ["sheaf.kind=kernel"] } });
  const pids = await Promise.all(found.map(async ({ Id }) => (await docker.getContainer(Id).inspect()).State.Pid));
  return pids.reduce((sum, pid) => {
    const [first] = processesBelow(pid).filter((seen) => seen.pid === pid);
    return sum + proportionalBytes(pid) + bytesBelow(pid) + (first ? proportionalBytes(first.parent) : 0);
  }, 0);
}
