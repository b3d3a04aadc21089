/**
 * `./sheaf bench`: measures a server of its own on an empty data folder, prints tables and rewrites docs/benchmarks.md.
 * `./sheaf bench gateway labs` measures these parts alone and only prints.
 */
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { growLibrary } from "#tests/grow-library.ts";
import { runningDatabaseUrl } from "#tests/running-database.ts";
import { createClient, type SheafClient } from "#tests/sheaf-client.ts";
import { type SheafServer, startSheaf } from "#tests/sheaf-server.ts";
import { against, createReport, type Report } from "./report.ts";
import { reportAdapters } from "./report-adapters.ts";
import { reportCrowd } from "./report-crowd.ts";
import { reportForge } from "./report-forge.ts";
import { reportGateway } from "./report-gateway.ts";
import { reportLabs } from "./report-labs.ts";
import { reportMemory } from "./report-memory.ts";
import { reportNotebooks } from "./report-notebooks.ts";
import { reportPages } from "./report-pages.ts";
import { reportRuns } from "./report-runs.ts";
import { reportVersions } from "./report-versions.ts";
import { milliseconds } from "./statistics.ts";

const administrator = { username: "keeper", password: "measured with patience" };
const environment = {
  SHEAF_ADMIN_USER: administrator.username,
  SHEAF_ADMIN_PASSWORD: administrator.password,
  SHEAF_TRUSTED_PROXIES: "1",
  SHEAF_LOG_LEVEL: "warn",
};

export type Bench = { readonly server: SheafServer; readonly visitor: SheafClient; readonly signedIn: SheafClient; readonly report: Report };
type Part = {
  readonly name: string;
  readonly title: string;
  /** On published worksheets with results: making them takes minutes. */
  readonly onLibrary?: boolean;
  /** Several times what it takes on a slow machine: beyond that it hangs, and the others are measured. */
  readonly atMostMinutes: number;
  readonly measure: (bench: Bench) => Promise<void>;
};

/** In this order: what is grown or heated up by one is not the measure of another. */
const parts: readonly Part[] = [
  { name: "memory", title: "Memory, idle", onLibrary: true, atMostMinutes: 5, measure: reportMemory },
  { name: "runs", title: "Run to last output, on a warm kernel", onLibrary: true, atMostMinutes: 15, measure: reportRuns },
  { name: "crowd", title: "50 people press Run at once", onLibrary: true, atMostMinutes: 10, measure: reportCrowd },
  { name: "adapters", title: "Processes and containers", atMostMinutes: 25, measure: reportAdapters },
  { name: "labs", title: "Opening a lab", atMostMinutes: 15, measure: reportLabs },
  { name: "notebooks", title: "A notebook to be read", onLibrary: true, atMostMinutes: 10, measure: reportNotebooks },
  { name: "gateway", title: "Gateway to labs", atMostMinutes: 10, measure: reportGateway },
  { name: "repositories", title: "Repositories", atMostMinutes: 15, measure: reportForge },
  { name: "versions", title: "Versions", atMostMinutes: 20, measure: reportVersions },
  {
    name: "pages",
    title: "Pages",
    onLibrary: true,
    atMostMinutes: 15,
    measure: (bench) => reportPages(bench, async (size) => growLibrary(await runningDatabaseUrl(bench.server.dataFolder), size)),
  },
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !parts.some((part) => part.name === name));
if (unknown.length > 0) {
  console.error(`No part is called ${unknown.join(", ")}. There are: ${parts.map(({ name }) => name).join(", ")}.`);
  process.exit(2);
}
const isWhole = wanted.length === 0;
const chosen = isWhole ? parts : parts.filter(({ name }) => wanted.includes(name));
const report = createReport();
const dataFolder = await mkdtemp(path.join(os.tmpdir(), "sheaf-bench-"));
const onLibrary = chosen.some((part) => part.onLibrary);
const first = await startSheaf({ dataFolder, environment: { ...environment, SHEAF_DEMO: onLibrary ? "on" : "off" } });
let server = first;
// Ctrl-C: what was started for measuring ends with this process, the server in order.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void server.stop().finally(() => process.exit(130)));
try {
  if (onLibrary) await libraryIsPublished(first);
  if (isWhole) {
    await first.stop();
    server = await startSheaf({ dataFolder, environment });
    const aim = against("ready in under 10 s", server.startedInMs < 10_000);
    report.add("Start", `\`./sheaf up\` on an existing data folder: ready after ${milliseconds(server.startedInMs)}; ${aim}.`);
  }
  const visitor = createClient({ port: server.port, publicUrl: server.publicUrl, address: "10.60.0.1" });
  const signedIn = createClient({ port: server.port, publicUrl: server.publicUrl, address: "10.60.0.2" });
  await signedIn.signIn(administrator.username, administrator.password);
  for (const part of chosen) await measured(part, { server, visitor, signedIn, report });
  if (isWhole) await report.write();
  report.sumUp();
} finally {
  const left = await server.stop();
  if (left.length > 0) console.error(`Left running: ${left.map((seen) => seen.command).join("\n")}`);
  await rm(dataFolder, { recursive: true, force: true });
}
// A part that was given up may still wait for something.
process.exit();

/** What cannot be measured is told in its place, and the rest goes on. */
async function measured({ name, title, atMostMinutes, measure }: Part, bench: Bench): Promise<void> {
  const began = performance.now();
  const given = new AbortController();
  const late = pause(atMostMinutes * 60_000, undefined, { signal: given.signal }).then(
    () => Promise.reject(new Error(`it was not done after ${atMostMinutes} minutes`)),
    () => {},
  );
  try {
    await Promise.race([measure(bench), late]);
    console.log(`\n(${name}: ${milliseconds(performance.now() - began)})`);
  } catch (error) {
    process.exitCode = 1;
    console.error(error);
    report.add(title, `Not measured: ${error instanceof Error ? error.message.slice(0, 300) : error}`);
  } finally {
    given.abort();
  }
}

/** The demo library is published in the background after a first start: wait until every result is there. */
async function libraryIsPublished({ port, publicUrl }: SheafServer): Promise<void> {
  const client = createClient({ port, publicUrl });
  const giveUpAt = Date.now() + 600_000;
  for (let known = -1; Date.now() < giveUpAt; ) {
    const { items } = await client.worksheets("?limit=50");
    if (items.length >= 10 && items.length === known && items.every((item) => item.resultAt !== null)) return;
    known = items.length;
    await pause(3000);
  }
  throw new Error("The demo library was not published in ten minutes.");
}
