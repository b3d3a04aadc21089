/**
 * `./sheaf test`: every check and every suite, one after the other (two cores: side by side they would
 * only slow each other), each with its time, and one closing line that sums them up.
 * `./sheaf test unit e2e` runs the named ones only.
 */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { z } from "zod";
import { startDebianPostgres } from "./debian-postgres.ts";
import { stopOwnEngine } from "./docker-engine.ts";
import { prepareContainers, prepareMachine, prepareSet } from "./prepare-machine.ts";

/** `failures`: the names of failed tests, repeated at the end, where somebody who sees only the last page of a log looks. */
type Tally = { passed: number; failed: number; skipped: number; failures?: readonly string[] };
type Suite = { name: string; run: (reports: string) => Promise<Tally> };

const playwrightSuite: z.ZodType<PlaywrightSuite> = z.object({
  title: z.string(),
  specs: z.array(z.object({ title: z.string(), ok: z.boolean() })),
  suites: z.lazy(() => z.array(playwrightSuite)).optional(),
});

const bin = (name: string) => path.resolve("node_modules/.bin", name);

/** A check is one test: it passes or fails as a whole. */
const check = (name: string, command: string, ...args: string[]): Suite => ({
  name,
  run: async () => ((await execute(command, args)) === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 }),
});

const suites: readonly Suite[] = [
  check("types", bin("tsc"), "--noEmit"),
  check("style", bin("biome"), "check", "."),
  check("promises", bin("eslint"), "server"),
  check("walls", process.execPath, "tests/check-walls.ts"),
  check("unused", bin("knip")),
  { name: "unit", run: (reports) => vitest(reports, "unit", []) },
  { name: "integration", run: (reports) => vitest(reports, "integration", []) },
  { name: "containers", run: (reports) => withEngine(reports, "containers", prepareContainers) },
  { name: "swarm", run: (reports) => withEngine(reports, "swarm", prepareContainers) },
  { name: "compose", run: (reports) => withEngine(reports, "compose", prepareSet) },
  { name: "second-database", run: onDebianPostgres },
  { name: "e2e", run: journeys },
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
  failures.push(...(tally.failures ?? (tally.failed > 0 ? ["see above"] : [])).map((name) => `${suite.name}: ${name}`));
}
await rm(reports, { recursive: true, force: true });
console.log(`\n${rows.join("\n")}\n`);
if (failures.length > 0) console.log(`Failed:\n${failures.map((name) => `  ${name}`).join("\n")}\n`);
console.log(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`);
process.exit(sum.failed > 0 || sum.passed === 0 ? 1 : 0);

function execute(command: string, args: readonly string[], environment: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit"], env: { ...process.env, ...environment } });
    child.on("error", (error) => {
      console.error(error.message);
      resolve(127);
    });
    child.on("exit", (code) => resolve(code ?? 1));
  });
}

async function vitest(reportFolder: string, project: string, filters: readonly string[], environment: Record<string, string> = {}): Promise<Tally> {
  const report = path.join(reportFolder, `${project}-${Date.now()}.json`);
  const code = await execute(
    bin("vitest"),
    ["run", "--project", project, "--reporter=default", "--reporter=json", `--outputFile.json=${report}`, ...filters],
    environment,
  );
  const schema = z.object({
    numPassedTests: z.number(),
    numFailedTests: z.number(),
    numPendingTests: z.number(),
    numTodoTests: z.number(),
    numFailedTestSuites: z.number(),
    testResults: z.array(
      z.object({
        name: z.string(),
        status: z.string(),
        message: z.string().optional(),
        assertionResults: z.array(z.object({ fullName: z.string(), status: z.string(), failureMessages: z.array(z.string()).nullish() })),
      }),
    ),
  });
  const read = await readReport(report, schema);
  if (!read) return { passed: 0, failed: 1, skipped: 0 };
  const failed = read.numFailedTests === 0 && code !== 0 ? 1 : read.numFailedTests;
  const failures = read.testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = path.relative(process.cwd(), name);
    const tests = assertionResults.filter((one) => one.status === "failed").map((one) => `${file} > ${one.fullName}: ${firstLine(one.failureMessages?.[0])}`);
    return tests.length === 0 && status === "failed" ? [`${file}: ${firstLine(message)}`] : tests;
  });
  return { passed: read.numPassedTests, failed, skipped: read.numPendingTests + read.numTodoTests, failures };
}

function firstLine(text: string | undefined): string {
  return (text ?? "").split("\n", 1)[0]?.slice(0, 300) ?? "";
}

function withEngine(reportFolder: string, project: string, prepare: () => Promise<string | null>): Promise<Tally> {
  return inContainers(() => vitest(reportFolder, project, []), prepare);
}

/** Where an engine can be had and the images made; plainly skipped elsewhere. */
async function inContainers(suite: () => Promise<Tally>, prepare: () => Promise<string | null>): Promise<Tally> {
  const problem = await prepare();
  if (problem === null) return suite().finally(stopOwnEngine);
  console.log(`skipped: ${problem}`);
  return { passed: 0, failed: 0, skipped: 1 };
}

/** The tests that speak SQL once more, on the PostgreSQL that Debian ships. */
async function onDebianPostgres(reportFolder: string): Promise<Tally> {
  const database = await startDebianPostgres();
  if (!database.ok) {
    console.log(`skipped: ${database.reason}`);
    return { passed: 0, failed: 0, skipped: 1 };
  }
  try {
    return await vitest(reportFolder, "integration", ["server/adapters/store", "server/usecases"], { SHEAF_TEST_DATABASE_URL: database.url });
  } finally {
    await database.stop();
  }
}

/** In containers where SHEAF_KERNELS says so. */
async function journeys(reportFolder: string): Promise<Tally> {
  if ((process.env.SHEAF_KERNELS ?? "process") === "process") return playwright(reportFolder);
  return inContainers(() => playwright(reportFolder), prepareContainers);
}

async function playwright(reportFolder: string): Promise<Tally> {
  const report = path.join(reportFolder, "e2e.json");
  const code = await execute(bin("playwright"), ["test", "--reporter=list,json"], { PLAYWRIGHT_JSON_OUTPUT_NAME: report });
  const stats = z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number(), skipped: z.number() });
  const schema = z.object({ stats, suites: z.array(playwrightSuite) });
  const read = await readReport(report, schema);
  if (!read) return { passed: 0, failed: 1, skipped: 0 };
  const { expected, unexpected, flaky, skipped } = read.stats;
  return { passed: expected + flaky, failed: unexpected === 0 && code !== 0 ? 1 : unexpected, skipped, failures: read.suites.flatMap(failedSpecs) };
}

type PlaywrightSuite = { title: string; specs: { title: string; ok: boolean }[]; suites?: PlaywrightSuite[] | undefined };

function failedSpecs(suite: PlaywrightSuite): string[] {
  const own = suite.specs.filter((spec) => !spec.ok).map((spec) => spec.title);
  return [...own, ...(suite.suites ?? []).flatMap(failedSpecs)].map((title) => `${suite.title} > ${title}`);
}

async function readReport<T>(file: string, schema: z.ZodType<T>): Promise<T | null> {
  try {
    return schema.parse(JSON.parse(await readFile(file, "utf8")));
  } catch (error) {
    console.error(`The suite left no report that can be read: ${error instanceof Error ? error.message : error}`);
    return null;
  }
}
