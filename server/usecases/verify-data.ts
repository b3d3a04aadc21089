import type { Services } from "#server/context.ts";
import type { PromisedRun } from "#server/ports/store.ts";
import { runPlace } from "./run-place.ts";

export type Verification = {
  /** What is missing, damaged or contradicts itself, each with a sentence. */
  readonly problems: readonly string[];
  /** What lacks because people may remove it: results in their own homes. */
  readonly removedByOwners: number;
  readonly repositories: number;
  readonly runs: number;
};

type Needs = Pick<Services, "store" | "forge" | "storage">;

const page = 200;

/** Whether everything is there that rows name, and is what they say: reads every repository. For operators, after a restore. */
export async function verifyData(services: Needs, onPhase: (text: string) => void = () => {}): Promise<Verification> {
  onPhase("Rows");
  const rows = await services.store.listBrokenRows();
  onPhase("Repositories");
  const repositories = await verifyRepositories(services);
  onPhase("Kept results");
  const runs = await verifyRuns(services);
  return {
    problems: [...rows, ...repositories.problems, ...runs.problems],
    removedByOwners: runs.removedByOwners,
    repositories: repositories.count,
    runs: runs.count,
  };
}

async function verifyRepositories({ store, forge }: Needs): Promise<{ problems: string[]; count: number }> {
  const problems: string[] = [];
  let count = 0;
  for (let after = ""; ; ) {
    const projects = await store.listPromisedRepositories(after, page);
    for (const { project, repositoryId, commits } of projects) {
      // That it has none is told among the rows.
      if (repositoryId === null) continue;
      const checked = await forge.check(repositoryId, commits);
      if (!checked.ok) problems.push(`The repository ${repositoryId} of the project ${project}: ${checked.failure.message}`);
      count += 1;
    }
    const last = projects.at(-1);
    if (!last) return { problems, count };
    after = last.id;
  }
}

async function verifyRuns(services: Needs): Promise<{ problems: string[]; count: number; removedByOwners: number }> {
  const problems: string[] = [];
  let count = 0;
  let removedByOwners = 0;
  for (let after = ""; ; ) {
    const runs = await services.store.listPromisedRuns(after, page);
    for (const run of runs) {
      const lacking = await lackingFile(services, run);
      if (lacking !== null && run.ownerId === null) problems.push(`The result ${run.id} of ${run.worksheetSlug} lacks ${lacking}.`);
      else if (lacking !== null) removedByOwners += 1;
      count += 1;
    }
    const last = runs.at(-1);
    if (!last) return { problems, count, removedByOwners };
    after = last.id;
  }
}

async function lackingFile({ store, storage }: Needs, run: PromisedRun): Promise<string | null> {
  const place = await runPlace(store, { ...run, queuedAt: new Date(run.queuedAt) });
  // A run that was claimed in the moment it ended may have left its files with nobody.
  const found = [...(await storage.listRunFiles(place)), ...(await storage.listRunFiles({ ...place, username: null, uid: null }))];
  const sizes = new Map(found.map(({ path, bytes }) => [path, bytes]));
  return run.files.find(({ path, bytes }) => sizes.get(path) !== bytes)?.path ?? null;
}
