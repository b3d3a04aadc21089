import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { EnvironmentEvent } from "#lib/domain/environment.ts";
import type { EngineId } from "#lib/domain/ids.ts";
import type { EngineDetails } from "#server/ports/store.ts";
import { type Author, asLab, author, notebook, prepare, project, save } from "#tests/project-world.ts";
import { code, createWorld, type TestWorld, value, visitor } from "#tests/world.ts";
import { followEnvironment } from "./follow-environment.ts";
import { publishWorksheet } from "./publish-worksheet.ts";
import { retryEnvironment } from "./retry-environment.ts";
import { showEnvironment } from "./show-environment.ts";

const engineId = "maker" as EngineId;
const details: EngineDetails = {
  adapter: "docker",
  safeForVisitors: true,
  protections: [],
  environment: { name: "site", digest: "sha256:site" },
  warm: {},
  running: 0,
  capacity: 1,
  environments: {
    adapter: "docker",
    works: true,
    how: "",
    base: { name: "base", digest: "sha256:base", versions: { python: "3.13", r: "4.5" } },
    builderVersion: "1",
    abilities: "light",
  },
};

/** Rows alone: what makes something of them is told by the tests of the engine. */
describe("the environment of a project", () => {
  let world: TestWorld;
  let ada: Author;
  let bob: Author;
  const report = (more: Partial<NonNullable<EngineDetails["environments"]>> = {}) =>
    world.store.reportEngine(engineId, new Date(), new Date(), {
      ...details,
      environments: { ...(details.environments as NonNullable<EngineDetails["environments"]>), ...more },
    });

  beforeAll(async () => {
    world = await createWorld();
    ada = await author(world, "ada");
    bob = await author(world, "bob");
    await world.store.upsertEnvironmentBase("docker", "sha256:base", { debian: { jq: "1.7" }, python: { numpy: "2.2.4" }, r: [] }, new Date());
  });
  afterAll(() => world?.close());

  test("is nobody's business where the project is nobody's, and made again by those who write it alone", async () => {
    await report();
    const hidden = await project(world, ada.user.id, "hidden", { "requirements.txt": "six" });
    const open = await project(world, ada.user.id, "open", { "requirements.txt": "six" }, { visibility: "public" });
    for (const ctx of [bob.ctx, world.as(visitor())]) {
      expect(code(await showEnvironment(ctx, { projectId: hidden }))).toBe("not_found");
      expect(code(await retryEnvironment(ctx, { projectId: hidden }))).toBe("not_found");
      expect(code(await followEnvironment(ctx, { projectId: hidden, after: 0, signal: AbortSignal.timeout(1000) }))).toBe("not_found");
      expect(code(await showEnvironment(ctx, { projectId: open }))).toBe("ok");
      expect(code(await retryEnvironment(ctx, { projectId: open }))).toBe("forbidden");
    }
  });

  test("is asked for by saving a version, and what nobody wants any more leaves the queue", async () => {
    const id = await project(world, ada.user.id, "saved", { "notebook.ipynb": "{}" });
    const copy = await prepare(world, id, ada);
    const files = asLab(world, ada, copy.folder);
    await files.write("requirements.txt", "six\nfirst");
    value(await save(world, id, ada));
    const first = (await world.store.findProjectEnvironment(id))?.wanted;
    expect(first).toMatchObject({ state: "queued", kind: "python", adapter: "docker" });
    await files.write("notebook.ipynb", "{ }");
    value(await save(world, id, ada));
    expect((await world.store.findProjectEnvironment(id))?.wanted?.id).toBe(first?.id);
    await files.write("requirements.txt", "numpy>=2\n");
    await files.write("apt.txt", "jq\n");
    value(await save(world, id, ada));
    expect(await world.store.findProjectEnvironment(id)).toMatchObject({ wanted: null, unmade: null });
    expect((await world.store.findBuild(first?.id ?? ("" as never)))?.state).toBe("removed");
    await files.write("apt.txt", "jq; rm -rf /\n");
    value(await save(world, id, ada));
    expect((await world.store.findProjectEnvironment(id))?.unmade).toMatch(/^apt\.txt, line 1: “jq;” is no name/);
  });

  test("keeps a first publication waiting, and says what kept it from being made", async () => {
    const id = await project(world, ada.user.id, "waits", { "a.ipynb": notebook({ id: "a", source: "1" }), "requirements.txt": "six\nwaits" });
    const publish = () => publishWorksheet(ada.ctx, { projectId: id, notebookPath: "a.ipynb" });
    expect(await publish()).toMatchObject({ ok: false, failure: { code: "unavailable", message: expect.stringContaining("is being made") } });
    const wanted = (await world.store.findProjectEnvironment(id))?.wanted;
    for (
      let build = await world.store.claimBuild("docker", engineId, new Date());
      build;
      build = await world.store.claimBuild("docker", engineId, new Date())
    ) {
      const lease = { buildId: build.id, engineId, attempt: build.attempt };
      await world.store.appendBuildLog(lease, 1, ["one", "two"]);
      await world.store.finishBuild(lease, { state: "failed", error: "It could not be had.", mayPass: false }, new Date());
    }
    expect(await publish()).toMatchObject({ ok: false, failure: { code: "conflict", message: "It could not be had." } });
    const ending = new AbortController();
    const heard: EnvironmentEvent[] = [];
    for await (const { event } of value(await followEnvironment(ada.ctx, { projectId: id, after: 1, signal: ending.signal }))) {
      heard.push(event);
      if (heard.length === 1) value(await retryEnvironment(ada.ctx, { projectId: id }));
      if (event.view.build?.state === "queued") break;
    }
    ending.abort();
    expect(heard[0]).toMatchObject({ first: 2, lines: ["two"], view: { build: { id: wanted?.id, state: "failed", error: "It could not be had." } } });
  });

  test("is the site's own, with a word about it, where nothing is made", async () => {
    await report({ works: false, abilities: "none", how: "No container engine answers." });
    const id = await project(world, ada.user.id, "site", { "a.ipynb": notebook({ id: "a", source: "1" }), "requirements.txt": "six\nsite" });
    const published = value(await publishWorksheet(ada.ctx, { projectId: id, notebookPath: "a.ipynb" }));
    expect(published.problems.map(({ message }) => message)).toEqual([
      "No environments are made here: No container engine answers. The site's own environment is used instead.",
    ]);
    expect(await world.store.findVersion(published.versionId)).toMatchObject({ environmentName: "site", environmentBuildId: null });
  });
});
