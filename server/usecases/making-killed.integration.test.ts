import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { createWorld, person, value } from "#tests/world.ts";
import { listOwnProjects } from "./list-own-projects.ts";
import { sweepRepositories, sweepSilentMakings } from "./sweep-projects.ts";
import { trashProject } from "./trash-project.ts";

const program = path.join(import.meta.dirname, "../../tests/make-projects-process.ts");

test("killed in the middle, six times: each project is whole or says that it was interrupted, and no repository is left over", async () => {
  const world = await createWorld();
  try {
    const ada = world.as(person(await world.user("ada", "author"), "ada", "author"));
    const environment = { ...process.env, SHEAF_DATA: world.folder, DATABASE_URL: world.services.config.databaseUrl ?? "", SHEAF_LOG_LEVEL: "error" };
    for (let round = 0; round < 6; round++) {
      const child = spawn(process.execPath, [program], { env: environment, stdio: ["ignore", "pipe", "inherit"] });
      await begun(child);
      await sleep(20 + round * 47);
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    const later = (ms: number) => ({ ...world.services, log: quiet, now: () => new Date(Date.now() + ms) });
    // Nobody has been silent for long enough yet.
    const before = value(await listOwnProjects(ada, { limit: 100 })).items;
    await sweepSilentMakings({ ...world.services, log: quiet });
    expect(value(await listOwnProjects(ada, { limit: 100 })).items).toEqual(before);
    await sweepSilentMakings(later(150_000));
    await sweepRepositories(later(2 * 3_600_000));

    const projects = value(await listOwnProjects(ada, { limit: 100 })).items;
    expect(projects.length).toBeGreaterThanOrEqual(6);
    const repositories = new Set(value(await world.services.forge.listRepositories({ limit: 1000 })).repositories.map((one) => one.id));
    for (const one of projects) {
      const row = await world.store.findProject(one.id);
      if (one.state === "failed") {
        expect([row?.repositoryId, one.problem]).toEqual([null, expect.stringContaining("try again")]);
        value(await trashProject(ada, { projectId: one.id }));
        continue;
      }
      expect([one.title, one.state]).toEqual([one.title, "ready"]);
      const repository = row?.repositoryId;
      if (!repository) throw new Error("A project that is ready has no repository.");
      const files = value(await world.services.forge.listTree(repository, value(await world.services.forge.resolve(repository, "main"))));
      expect([one.title, files.length]).toEqual([one.title, one.title === "Sent" ? 200 : one.title === "Made" ? 3 : 2]);
      repositories.delete(repository);
    }
    expect([...repositories]).toEqual([]);
  } finally {
    await world.close();
  }
}, 600_000);

const quiet = { warn: () => {}, info: () => {}, error: () => {} } as never;

async function begun(child: ChildProcess): Promise<void> {
  for await (const chunk of child.stdout ?? []) if (String(chunk).includes("begun")) return;
  throw new Error("The process ended before it began.");
}
