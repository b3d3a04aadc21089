import { expect, test } from "vitest";
import type { RepositoryId, RunId } from "#lib/domain/ids.ts";
import { code, createWorld, person, value, visitor } from "#tests/world.ts";
import { completePublication } from "./complete-publication.ts";
import { copyProject } from "./copy-project.ts";
import { createProject } from "./create-project.ts";
import { listOwnProjects } from "./list-own-projects.ts";
import { tryPublishing } from "./publish-worksheet.ts";
import { purgeProjects } from "./purge-projects.ts";
import { showProject } from "./show-project.ts";
import { showRun } from "./show-run.ts";
import { startRun } from "./start-run.ts";
import { restoreProject, trashProject } from "./trash-project.ts";

const days = (count: number) => count * 86_400_000;

test("after its time in the trash a project is gone with its files; runs that people made of it stay readable", async () => {
  const world = await createWorld({ SHEAF_TRASH_DAYS: "14" });
  try {
    const ada = world.as(person(await world.user("ada", "author"), "ada", "author"));
    const bob = world.as(person(await world.user("bob", "author"), "bob", "author"));
    await world.engine();
    const services = { ...world.services, log: { info: () => {}, warn: () => {} } as never };
    const make = async (title: string) => value(await createProject(ada, { title, type: "worksheet", visibility: "public", template: "worksheet-python" }));
    const publish = async (id: string) => {
      const attempt = value(await tryPublishing(ada, { projectId: id, notebookPath: "worksheet.ipynb" }));
      const engine = await world.take();
      await engine.finish();
      await completePublication(services, engine.run.id);
      return attempt.kind === "published" ? attempt : Promise.reject(new Error("There are problems."));
    };
    const [used, unused, back] = [await make("Used"), await make("Unused"), await make("Back")];
    const { worksheetId } = await publish(used.id);
    const { runId: firstResult } = await publish(unused.id);
    const run = value(await startRun(bob, { worksheetId, values: { growth_rate: 1 }, fresh: true })).id;
    await (await world.take()).finish();
    const copy = value(await copyProject(bob, { projectId: used.id }));
    const repositories = async () => new Set(value(await world.services.forge.listRepositories({ limit: 100 })).repositories.map((one) => one.id));
    const repositoryOf = async (id: string) => (await world.store.findProject(id))?.repositoryId as RepositoryId;
    const gone = [await repositoryOf(used.id), await repositoryOf(unused.id)];
    for (const one of [used, unused, back]) value(await trashProject(ada, { projectId: one.id }));

    await purgeProjects({ ...services, now: () => new Date(Date.now() + days(13)) });
    expect(value(await listOwnProjects(ada, { trash: true })).items).toHaveLength(3);
    value(await restoreProject(ada, { projectId: back.id }));
    for (let again = 0; again < 2; again++) await purgeProjects({ ...services, now: () => new Date(Date.now() + days(15)) });

    expect(value(await listOwnProjects(ada, { trash: true })).items).toEqual([]);
    expect(value(await listOwnProjects(ada)).items.map((one) => one.id)).toEqual([back.id]);
    const left = await repositories();
    expect(gone.filter((one) => left.has(one))).toEqual([]);
    for (const one of [used, unused]) expect(code(await showProject(ada, { slug: one.id }))).toBe("not_found");
    expect(value(await showRun(bob, { id: run }))).toMatchObject({ state: "done", values: { growth_rate: 1 } });
    expect(code(await startRun(world.as(visitor()), { worksheetId, values: {}, fresh: true }))).toBe("not_found");
    expect(await world.store.findRun(firstResult as RunId)).toBeNull();
    // The copy has all that it had, and names nobody any more.
    expect(value(await showProject(bob, { slug: copy.slug }))).toMatchObject({ upstream: null, version: { number: 1 } });
    expect((await make("Used")).slug).toBe("used");
  } finally {
    await world.close();
  }
});
