/** What became of tests; `failures` name those that failed, each with its first line of why. */
export type Tally = { readonly passed: number; readonly failed: number; readonly skipped: number; readonly failures: readonly string[] };

/** One run of a suite: by file what became of its tests. `broken`: it ended badly, and no test says why. */
export type SuiteRun = { readonly files: ReadonlyMap<string, Tally>; readonly broken: boolean };

/** `wavering`: what failed at first and passed by itself afterwards, told apart because it is a fault all the same. */
export type SuiteTally = Tally & { readonly wavering?: readonly string[] };

/** Two runs as one suite. */
export function together(one: SuiteTally, other: SuiteTally): SuiteTally {
  return {
    passed: one.passed + other.passed,
    failed: one.failed + other.failed,
    skipped: one.skipped + other.skipped,
    failures: [...one.failures, ...other.failures],
    wavering: [...(one.wavering ?? []), ...(other.wavering ?? [])],
  };
}

/** So many files that fail are no accident. */
const accidents = 4;

/**
 * Files that failed run once more by themselves: what else the machine did in that moment is not what a test is about.
 * What fails again has failed. `run` takes the files to run; none means all.
 */
export async function runWithSecondTry(run: (files: readonly string[]) => Promise<SuiteRun>): Promise<SuiteTally> {
  const first = await run([]);
  const failed = failedFiles(first);
  if (first.broken || failed.length === 0 || failed.length > accidents) return sumUp(first);
  console.log(`\n== once more, by themselves: ${failed.join(", ")}`);
  return joinTries(first, await run(failed));
}

/** The files that failed at first count as they did the second time. */
export function joinTries(first: SuiteRun, second: SuiteRun): SuiteTally {
  const failed = failedFiles(first);
  if (second.broken || failed.some((file) => !second.files.has(file))) return sumUp(first);
  const files = new Map([...first.files, ...[...second.files].filter(([file]) => failed.includes(file))]);
  const before = failed.flatMap((file) => (second.files.get(file)?.failed === 0 ? (first.files.get(file)?.failures ?? []) : []));
  return { ...sumUp({ files, broken: false }), wavering: before };
}

function failedFiles({ files }: SuiteRun): string[] {
  return [...files].filter(([, { failed }]) => failed > 0).map(([file]) => file);
}

function sumUp({ files, broken }: SuiteRun): Tally {
  const tallies = [...files.values()];
  const sum = (part: "passed" | "failed" | "skipped"): number => tallies.reduce((total, tally) => total + tally[part], 0);
  const failures = tallies.flatMap((tally) => tally.failures);
  return { passed: sum("passed"), failed: sum("failed") + (broken ? 1 : 0), skipped: sum("skipped"), failures: broken ? [...failures, "see above"] : failures };
}
