import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { EnvironmentEvent } from "#lib/domain/environment.ts";
import type { EngineId, ProjectId } from "#lib/domain/ids.ts";
import type { EngineDetails } from "#server/ports/store.ts";
import { type Author, asLab, author, notebook, prepare, project, save } from "#tests/project-world.ts";
import { code, createWorld, type TestWorld, value, visitor } from "#tests/world.ts";
import { cancelEnvironment } from "./cancel-environment.ts";
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

  test("is cancelled by those who write it alone, and stays so until somebody asks for it", async () => {
    await report();
    const files = { "a.ipynb": notebook({ id: "a", source: "1" }), "requirements.txt": "six\ncancelled" };
    const id = await project(world, ada.user.id, "cancelled", files, { visibility: "public" });
    value(await showEnvironment(ada.ctx, { projectId: id }));
    expect(code(await cancelEnvironment(bob.ctx, { projectId: id }))).toBe("forbidden");
    expect(code(await cancelEnvironment(world.as(visitor()), { projectId: id }))).toBe("forbidden");
    // Bob's project has the same files, and waits for the same build.
    const bobs = await project(world, bob.user.id, "cancelled-too", files);
    value(await showEnvironment(bob.ctx, { projectId: bobs }));
    expect(await cancelEnvironment(ada.ctx, { projectId: id })).toMatchObject({
      ok: false,
      failure: { code: "conflict", message: expect.stringContaining("goes on") },
    });
    await world.store.setProjectEnvironment(
      { projectId: bobs, commit: "0" as never, asked: { kind: "none", folder: "", files: [], problems: [] }, unmade: null, waits: false, wantedId: null },
      new Date(),
    );
    const wanted = (await world.store.findProjectEnvironment(id))?.wanted;
    let build = await world.store.claimBuild("docker", engineId, new Date());
    while (build && build.id !== wanted?.id) build = await world.store.claimBuild("docker", engineId, new Date());
    const lease = { buildId: build?.id ?? ("" as never), engineId, attempt: build?.attempt ?? 0 };
    expect(value(await cancelEnvironment(ada.ctx, { projectId: id })).build).toMatchObject({ id: build?.id, state: "cancelled" });
    expect(code(await cancelEnvironment(ada.ctx, { projectId: id }))).toBe("conflict");
    // What its engine says now changes nothing.
    expect(await world.store.isBuildHeld(lease)).toBe(false);
    expect(await world.store.requeueBuild(lease, { counts: false, notBefore: null })).toBe(false);
    expect(await publishWorksheet(ada.ctx, { projectId: id, notebookPath: "a.ipynb" })).toMatchObject({
      ok: false,
      failure: { code: "conflict", message: expect.stringContaining("cancelled") },
    });
    expect(value(await retryEnvironment(ada.ctx, { projectId: id })).build?.state).toBe("queued");
    value(await cancelEnvironment(ada.ctx, { projectId: id }));
    // Somebody else asks for the same afterwards: to them nothing was cancelled.
    const later = await project(world, bob.user.id, "cancelled-later", files);
    expect(value(await showEnvironment(bob.ctx, { projectId: later })).build?.state).toBe("queued");
    value(await cancelEnvironment(bob.ctx, { projectId: later }).then((done) => (done.ok ? done : retryEnvironment(bob.ctx, { projectId: later }))));
  });

  test("waits where its owner has as many under way as one may have, says so, and follows by itself", async () => {
    const eve = await author(world, "eve");
    const ids: ProjectId[] = [];
    for (const n of [1, 2, 3, 4])
      ids.push(await project(world, eve.user.id, `many-${n}`, { "a.ipynb": notebook({ id: "a", source: "1" }), "requirements.txt": `six\nmany-${n}` }));
    const shown = async (n: number) => value(await showEnvironment(eve.ctx, { projectId: ids[n] ?? ("" as never) }));
    for (const n of [0, 1, 2]) expect(await shown(n)).toMatchObject({ waits: false, build: { state: "queued" } });
    expect(await shown(3)).toMatchObject({ waits: true, build: null, unmade: expect.stringContaining("3 environments waiting or being made already") });
    expect(await publishWorksheet(eve.ctx, { projectId: ids[3] ?? ("" as never), notebookPath: "a.ipynb" })).toMatchObject({
      ok: false,
      failure: { code: "unavailable", message: expect.stringContaining("It follows by itself") },
    });
    value(await cancelEnvironment(eve.ctx, { projectId: ids[0] ?? ("" as never) }));
    expect(await shown(3)).toMatchObject({ waits: false, unmade: null, build: { state: "queued" } });
    expect(code(await retryEnvironment(eve.ctx, { projectId: ids[0] ?? ("" as never) }))).toBe("too_many");
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
