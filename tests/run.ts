/**
 * `./sheaf test`: every check and every suite, one after the other (two cores: side by side they would
 * only slow each other), each with its time, and one closing line that sums them up.
 * `./sheaf test unit e2e` runs the named ones only.
 */
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { startDebianPostgres } from "./debian-postgres.ts";
import { stopOwnEngine } from "./docker-engine.ts";
import { prepareContainers, prepareMachine, prepareSet } from "./prepare-machine.ts";
import { bin, execute, playwright, vitest } from "./suites.ts";
import { type SuiteTally, together } from "./tally.ts";

type Suite = { name: string; run: (reports: string) => Promise<SuiteTally> };

/** A check is one test: it passes or fails as a whole. */
const check = (name: string, command: string, ...args: string[]): Suite => ({
  name,
  run: async () =>
    (await execute(command, args)) === 0 ? { passed: 1, failed: 0, skipped: 0, failures: [] } : { passed: 0, failed: 1, skipped: 0, failures: ["see above"] },
});

/** Journeys that meet kernels, labs or what is between them and the browser; more would take a quarter of an hour more. */
const inContainersBehindNginx = ["environments", "visitor-runs", "interruptions", "lab-page", "hostile-lab", "no-code-from-clients"];

const suites: readonly Suite[] = [
  check("types", bin("tsc"), "--noEmit"),
  check("style", bin("biome"), "check", "."),
  check("promises", bin("eslint"), "server"),
  check("walls", process.execPath, "tests/check-walls.ts"),
  check("unused", bin("knip")),
  { name: "unit", run: (reports) => vitest(reports, "unit", []) },
  { name: "integration", run: (reports) => vitest(reports, "integration", []) },
  { name: "containers", run: (reports) => inContainers(() => adapterAndEngine(reports)) },
  { name: "swarm", run: (reports) => inContainers(() => vitest(reports, "swarm", [])) },
  { name: "compose", run: (reports) => inContainers(() => vitest(reports, "compose", []), prepareSet) },
  { name: "second-database", run: onDebianPostgres },
  { name: "e2e", run: journeys },
  {
    name: "e2e-containers",
    run: (reports) => inContainers(() => playwright(reports, inContainersBehindNginx, { SHEAF_KERNELS: "docker", SHEAF_TEST_NGINX: "1" })),
  },
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !suites.some((suite) => suite.name === name));
if (unknown.length > 0) {
  console.error(`No suite is called ${unknown.join(", ")}. There are: ${suites.map((suite) => suite.name).join(", ")}.`);
  process.exit(2);
}

const reports = await mkdtemp(path.join(os.tmpdir(), "sheaf-reports-"));
await prepareMachine();
const sum = { passed: 0, failed: 0, skipped: 0 };
const rows: string[] = [];
const failures: string[] = [];
const wavering: string[] = [];
for (const suite of suites) {
  if (wanted.length > 0 && !wanted.includes(suite.name)) continue;
  console.log(`\n== ${suite.name}`);
  const began = Date.now();
  const tally = await suite.run(reports);
  rows.push(
    `${suite.name.padEnd(16)} ${String(tally.passed).padStart(5)} passed ${String(tally.failed).padStart(3)} failed ${String(tally.skipped).padStart(3)} skipped  ${Math.round((Date.now() - began) / 1000)} s`,
  );
  sum.passed += tally.passed;
  sum.failed += tally.failed;
  sum.skipped += tally.skipped;
  failures.push(...tally.failures.map((name) => `${suite.name}: ${name}`));
  wavering.push(...(tally.wavering ?? []).map((name) => `${suite.name}: ${name}`));
}
await rm(reports, { recursive: true, force: true });
console.log(`\n${rows.join("\n")}\n`);
if (wavering.length > 0) console.log(`Failed at first, passed when run once more by themselves:\n${wavering.map((name) => `  ${name}`).join("\n")}\n`);
if (failures.length > 0) console.log(`Failed:\n${failures.map((name) => `  ${name}`).join("\n")}\n`);
console.log(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`);
process.exit(sum.failed > 0 || sum.passed === 0 ? 1 : 0);

/** What the adapter owes, and what an engine makes of it: limits, labs and their ends in words. */
async function adapterAndEngine(reports: string): Promise<SuiteTally> {
  const engine = ["server/engine/engine.integration", "server/engine/labs.integration"];
  return together(await vitest(reports, "containers", []), await vitest(reports, "integration", engine, { SHEAF_KERNELS: "docker" }));
}

/** Where an engine can be had and the images made; plainly skipped elsewhere. */
async function inContainers(suite: () => Promise<SuiteTally>, prepare: () => Promise<string | null> = prepareContainers): Promise<SuiteTally> {
  const problem = await prepare();
  if (problem === null) return suite().finally(stopOwnEngine);
  console.log(`skipped: ${problem}`);
  return { passed: 0, failed: 0, skipped: 1, failures: [] };
}

/** The tests that speak SQL once more, on the PostgreSQL that Debian ships. */
async function onDebianPostgres(reportFolder: string): Promise<SuiteTally> {
  const database = await startDebianPostgres();
  if (!database.ok) {
    console.log(`skipped: ${database.reason}`);
    return { passed: 0, failed: 0, skipped: 1, failures: [] };
  }
  try {
    return await vitest(reportFolder, "integration", ["server/adapters/store", "server/usecases"], { SHEAF_TEST_DATABASE_URL: database.url });
  } finally {
    await database.stop();
  }
}

/** In containers where SHEAF_KERNELS says so. */
async function journeys(reportFolder: string): Promise<SuiteTally> {
  if ((process.env.SHEAF_KERNELS ?? "process") === "process") return playwright(reportFolder);
  return inContainers(() => playwright(reportFolder));
}
