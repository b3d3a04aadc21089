import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { runWithSecondTry, type SuiteRun, type SuiteTally, type Tally } from "./tally.ts";

export const bin = (name: string): string => path.resolve("node_modules/.bin", name);

/** The code it ended with; what it prints goes where ours does. */
export function execute(command: string, args: readonly string[], environment: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit"], env: { ...process.env, ...environment } });
    child.on("error", (error) => {
      console.error(error.message);
      resolve(127);
    });
    child.on("exit", (code) => resolve(code ?? 1));
  });
}

/** Vitest's report, of what is used here. */
const vitestReport = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().optional(),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string(), failureMessages: z.array(z.string()).nullish() })),
    }),
  ),
});

/** One of vitest's projects; `filters` are paths that those of its files begin with or contain. */
export function vitest(reportFolder: string, project: string, filters: readonly string[], environment: Record<string, string> = {}): Promise<SuiteTally> {
  return runWithSecondTry(async (files) => {
    const report = path.join(reportFolder, `${project}-${Date.now()}.json`);
    const chosen = files.length > 0 ? files : filters;
    const args = ["run", "--project", project, "--reporter=default", "--reporter=json", `--outputFile.json=${report}`, ...chosen];
    const code = await execute(bin("vitest"), args, environment);
    const read = await readReport(report, vitestReport);
    return suiteRun(code, new Map(read?.testResults.map((file) => [path.relative(process.cwd(), file.name), tallyOfFile(file)])));
  });
}

function tallyOfFile({ name, status, message, assertionResults }: z.infer<typeof vitestReport>["testResults"][number]): Tally {
  const file = path.relative(process.cwd(), name);
  const failed = assertionResults.filter((one) => one.status === "failed");
  const passed = assertionResults.filter((one) => one.status === "passed").length;
  const skipped = assertionResults.length - failed.length - passed;
  const failures = failed.map((one) => `${file} > ${one.fullName}: ${firstLine(one.failureMessages?.[0])}`);
  // What fails around its tests fails as a whole.
  if (failed.length === 0 && status === "failed") return { passed, failed: 1, skipped, failures: [`${file}: ${firstLine(message)}`] };
  return { passed, failed: failed.length, skipped, failures };
}

function firstLine(text: string | undefined): string {
  return (text ?? "").split("\n", 1)[0]?.slice(0, 300) ?? "";
}

type JourneySuite = { title: string; specs: { title: string; tests: { status: string }[] }[]; suites?: JourneySuite[] | undefined };
const journeySuite: z.ZodType<JourneySuite> = z.object({
  title: z.string(),
  specs: z.array(z.object({ title: z.string(), tests: z.array(z.object({ status: z.string() })) })),
  suites: z.lazy(() => z.array(journeySuite)).optional(),
});
const journeyReport = z.object({ suites: z.array(journeySuite) });

/** Journeys through a browser; `filters` are names of files, none means all. */
export function playwright(reportFolder: string, filters: readonly string[] = [], environment: Record<string, string> = {}): Promise<SuiteTally> {
  return runWithSecondTry(async (files) => {
    const chosen = files.length > 0 ? files : filters;
    const report = path.join(reportFolder, `e2e-${Date.now()}.json`);
    const code = await execute(bin("playwright"), ["test", "--reporter=list,json", ...chosen], { ...environment, PLAYWRIGHT_JSON_OUTPUT_NAME: report });
    const read = await readReport(report, journeyReport);
    return suiteRun(code, new Map(read?.suites.map((file) => [file.title, tallyOfJourneys(file)])));
  });
}

function tallyOfJourneys(file: JourneySuite): Tally {
  const specs = (suite: JourneySuite): JourneySuite["specs"] => [...suite.specs, ...(suite.suites ?? []).flatMap(specs)];
  const all = specs(file).map(({ title, tests }) => ({ title, status: tests[0]?.status ?? "unexpected" }));
  const of = (...statuses: string[]) => all.filter(({ status }) => statuses.includes(status));
  const failed = of("unexpected");
  return {
    passed: of("expected", "flaky").length,
    failed: failed.length,
    skipped: of("skipped").length,
    failures: failed.map(({ title }) => `${file.title} > ${title}`),
  };
}

function suiteRun(code: number, files: ReadonlyMap<string, Tally>): SuiteRun {
  return { files, broken: files.size === 0 || (code !== 0 && [...files.values()].every(({ failed }) => failed === 0)) };
}

async function readReport<T>(file: string, schema: z.ZodType<T>): Promise<T | null> {
  try {
    return schema.parse(JSON.parse(await readFile(file, "utf8")));
  } catch (error) {
    console.error(`The suite left no report that can be read: ${error instanceof Error ? error.message : error}`);
    return null;
  }
}
