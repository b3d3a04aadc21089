/** `./sheaf bench`: measures a server of its own on an empty data folder, prints tables and rewrites docs/benchmarks.md. */
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { growLibrary } from "#tests/grow-library.ts";
import { runningDatabaseUrl } from "#tests/running-database.ts";
import { createClient, type SheafClient } from "#tests/sheaf-client.ts";
import { type SheafServer, startSheaf } from "#tests/sheaf-server.ts";
import { createReport, type Report } from "./report.ts";
import { reportCrowd } from "./report-crowd.ts";
import { reportForge } from "./report-forge.ts";
import { reportGateway } from "./report-gateway.ts";
import { reportLabs } from "./report-labs.ts";
import { reportMemory } from "./report-memory.ts";
import { reportNotebooks } from "./report-notebooks.ts";
import { reportPages } from "./report-pages.ts";
import { reportRuns } from "./report-runs.ts";
import { milliseconds } from "./statistics.ts";

const administrator = { username: "keeper", password: "measured with patience" };
const environment = {
  SHEAF_ADMIN_USER: administrator.username,
  SHEAF_ADMIN_PASSWORD: administrator.password,
  SHEAF_TRUSTED_PROXIES: "1",
  SHEAF_LOG_LEVEL: "warn",
};

export type Bench = { readonly server: SheafServer; readonly visitor: SheafClient; readonly signedIn: SheafClient; readonly report: Report };

const report = createReport();
const dataFolder = await mkdtemp(path.join(os.tmpdir(), "sheaf-bench-"));
const first = await startSheaf({ dataFolder, environment });
let server = first;
try {
  await libraryIsPublished(first);
  await first.stop();
  server = await startSheaf({ dataFolder, environment });
  report.add("Start", `\`./sheaf up\` on an existing data folder: ready after **${milliseconds(server.startedInMs)}** (aim: under 10 s).`);

  const visitor = createClient({ port: server.port, publicUrl: server.publicUrl, address: "10.60.0.1" });
  const signedIn = createClient({ port: server.port, publicUrl: server.publicUrl, address: "10.60.0.2" });
  await signedIn.signIn(administrator.username, administrator.password);
  const bench: Bench = { server, visitor, signedIn, report };
  const growTo = async (size: number) => growLibrary(await runningDatabaseUrl(dataFolder), size);
  await measured("Memory, idle", () => reportMemory(bench));
  await measured("Run to last output", () => reportRuns(bench));
  await measured("People pressing Run at once", () => reportCrowd(bench));
  await measured("Opening a lab", () => reportLabs(bench));
  await measured("Notebooks", () => reportNotebooks(bench));
  await measured("Pages", () => reportPages(bench, growTo));
  await measured("Gateway to labs", () => reportGateway(bench));
  await measured("Repositories", () => reportForge(bench));
  await report.write();
} finally {
  const left = await server.stop();
  if (left.length > 0) console.error(`Left running: ${left.map((seen) => seen.command).join("\n")}`);
  await rm(dataFolder, { recursive: true, force: true });
}

/** What cannot be measured is told in its place, and the rest goes on. */
async function measured(title: string, measure: () => Promise<void>): Promise<void> {
  try {
    await measure();
  } catch (error) {
    process.exitCode = 1;
    console.error(error);
    report.add(title, `Not measured: ${error instanceof Error ? error.message.slice(0, 300) : error}`);
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
    await new Promise((resolve) => setTimeout(resolve, 3000));
  }
  throw new Error("The demo library was not published in ten minutes.");
}
