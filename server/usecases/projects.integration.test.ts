import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ProjectId, RepositoryId, UserId } from "#lib/domain/ids.ts";
import type { Actor } from "#lib/domain/person.ts";
import { projectTemplates } from "#lib/domain/project.ts";
import type { Context } from "#server/context.ts";
import { newId } from "#server/ids.ts";
import { type FivePeople, fivePeople } from "#tests/five-people.ts";
import { byToken, code, person, type TestWorld, value } from "#tests/world.ts";
import { copyProject } from "./copy-project.ts";
import { type CreateProject, createProject } from "./create-project.ts";
import { listOwnProjects } from "./list-own-projects.ts";
import { listWorksheets } from "./list-worksheets.ts";
import { showProject } from "./show-project.ts";
import { showWorksheet } from "./show-worksheet.ts";
import { restoreProject, trashProject } from "./trash-project.ts";
import { updateProject } from "./update-project.ts";

let world: TestWorld;
let adaId: UserId;
let ada: Context;
let bob: Context;
let reader: Context;
let admin: Context;
let stranger: FivePeople["stranger"];
beforeAll(async () => {
  ({ world, adaId, ada, bob, reader, admin, stranger } = await fivePeople());
});
afterAll(() => world.close());

const make = async (ctx: Context, more: Partial<CreateProject> = {}) =>
  value(await createProject(ctx, { title: "Drift", type: "worksheet", visibility: "private", ...more }));
const rowOf = async (id: string) => {
  const row = await world.store.findProject(id);
  if (!row?.repositoryId) throw new Error("The project is not there.");
  return row as typeof row & { repositoryId: RepositoryId };
};
const filesOf = async (id: string): Promise<string[]> => {
  const { repositoryId } = await rowOf(id);
  const commit = value(await world.services.forge.resolve(repositoryId, "main"));
  return value(await world.services.forge.listTree(repositoryId, commit)).map((file) => file.path);
};

describe("making a project", () => {
  test.each(["blank", ...projectTemplates] as const)("from %s gives a first version at once", async (template) => {
    const made = await make(ada, { title: `From ${template}`, template, description: "For a test." });
    expect(made).toMatchObject({ state: "ready", slug: `from-${template}`, problem: null });
    expect((await filesOf(made.id)).length).toBeGreaterThan(0);
    const shown = value(await showProject(ada, { slug: made.slug }));
    expect(shown).toMatchObject({
      state: "ready",
      area: { slug: "general" },
      version: { number: 1 },
      owner: { username: "ada" },
      may: { write: true, copy: true, curate: false },
    });
  });

  test("takes the nicest address that is free, and never one that leads to another project", async () => {
    const [one, two, three] = [await make(ada, { title: "Épi dé" }), await make(ada, { title: "Epi de" }), await make(ada, { title: "epi  de!" })];
    expect([one.slug, two.slug]).toEqual(["epi-de", "epi-de-ada"]);
    expect(three.slug).toMatch(/^epi-de-[0-9a-z]{6}$/);
    expect(code(await createProject(ada, { title: "x", type: "shell", visibility: "private", slug: "epi-de" }))).toBe("conflict");
    for (const slug of ["new", "A", "a/b", "-x"])
      expect(code(await createProject(ada, { title: "x", type: "shell", visibility: "private", slug }))).toBe("invalid");
  });

  test("twenty at once with one title all get addresses of their own", async () => {
    const made = await Promise.all(Array.from({ length: 20 }, () => make(bob, { title: "Crowd" })));
    expect(new Set(made.map((one) => one.slug)).size).toBe(20);
  });

  test("says by field what cannot be used", async () => {
    const tries: Partial<CreateProject>[] = [{ title: "  " }, { title: "x".repeat(201) }, { description: "x".repeat(2001) }, { areaSlug: "nowhere" }];
    for (const more of tries) {
      const failed = await createProject(ada, { title: "x", type: "shell", visibility: "private", ...more });
      expect([code(failed), failed.ok || Object.keys(failed.failure.fields ?? {})]).toEqual(["invalid", Object.keys(more)]);
    }
  });

  test("is for authors: not for visitors, readers, or tokens without the scope", async () => {
    const wish: CreateProject = { title: "x", type: "shell", visibility: "private" };
    expect(code(await createProject(stranger(), wish))).toBe("unauthenticated");
    expect(code(await createProject(reader, wish))).toBe("forbidden");
    expect(code(await createProject(world.as(byToken(adaId, "ada", ["worksheets:read", "runs:write"], "author")), wish))).toBe("forbidden");
    expect(code(await createProject(world.as(byToken(adaId, "ada", ["projects:write"], "author")), wish))).toBe("ok");
  });

  test("that fails half-way tells why in the list, and can be taken back without a trace", async () => {
    const broken: Context = {
      ...ada,
      forge: { ...ada.forge, commit: async () => ({ ok: false, failure: { code: "unavailable", message: "The disk is full." } }) },
    };
    const made = value(await createProject(broken, { title: "Broken", type: "shell", visibility: "private" }));
    expect(made).toMatchObject({ state: "failed", problem: "The disk is full." });
    expect((await world.store.findProject(made.id))?.repositoryId).toBeNull();
    expect(code(await showProject(bob, { slug: made.slug }))).toBe("not_found");
    expect(value(await showProject(ada, { slug: made.slug }))).toMatchObject({ state: "failed", may: { write: false, administer: true } });
    expect(value(await trashProject(ada, { projectId: made.id }))).toMatchObject({ restorableUntil: null });
    expect(code(await showProject(ada, { slug: made.slug }))).toBe("not_found");
  });

  test("that throws is told without the server's words", async () => {
    const quiet = { ...ada.log, error: () => {} } as unknown as Context["log"];
    const broken: Context = { ...ada, log: quiet, forge: { ...ada.forge, createRepository: () => Promise.reject(new Error("EACCES /data/secret")) } };
    const made = value(await createProject(broken, { title: "Thrown", type: "shell", visibility: "private" }));
    expect(made.state).toBe("failed");
    expect(made.problem).not.toContain("secret");
  });

  test("can be stopped while it goes on, and leaves no repository", async () => {
    let stopped: RepositoryId | null = null;
    let began = () => {};
    const beginning = new Promise<void>((resolve) => {
      began = resolve;
    });
    const slow: Context = {
      ...ada,
      forge: {
        ...ada.forge,
        commit: async (id) => {
          stopped = id;
          began();
          await new Promise((resolve) => setTimeout(resolve, 1000));
          return { ok: false, failure: { code: "unavailable", message: "too late" } };
        },
      },
    };
    const making = createProject(slow, { title: "Stopped", type: "shell", visibility: "private" });
    await beginning;
    const [row] = value(await listOwnProjects(ada)).items.filter((one) => one.title === "Stopped");
    expect(row).toMatchObject({ state: "creating", progress: { phase: "Making the project" } });
    expect(value(await trashProject(ada, { projectId: row?.id ?? "" })).restorableUntil).toBeNull();
    await making;
    expect(await world.store.findProject(row?.id ?? "")).toBeNull();
    expect(code(await world.services.forge.stateOf(stopped as unknown as RepositoryId))).not.toBe("ok");
  });
});

describe("a project's address, words and visibility", () => {
  test("old addresses go on after a rename, are nobody else's, and may be taken again by the project itself", async () => {
    const made = await make(ada, { title: "First name" });
    expect(value(await updateProject(ada, { projectId: made.id, slug: "second-name", title: " Second " })).slug).toBe("second-name");
    expect(value(await showProject(ada, { slug: "first-name" }))).toMatchObject({ slug: "second-name", title: "Second" });
    expect(code(await createProject(bob, { title: "x", type: "shell", visibility: "private", slug: "first-name" }))).toBe("conflict");
    const other = await make(bob, { title: "Other" });
    expect(code(await updateProject(bob, { projectId: other.id, slug: "second-name" }))).toBe("conflict");
    expect(code(await updateProject(bob, { projectId: other.id, slug: "first-name" }))).toBe("conflict");
    value(await updateProject(ada, { projectId: made.id, slug: "first-name" }));
    expect(value(await showProject(ada, { slug: "second-name" })).slug).toBe("first-name");
  });

  test("two projects that race for an address do not both get it", async () => {
    const [one, two] = [await make(ada, { title: "Racer one" }), await make(bob, { title: "Racer two" })];
    const outcomes = await Promise.all([
      updateProject(ada, { projectId: one.id, slug: "the-prize" }),
      updateProject(bob, { projectId: two.id, slug: "the-prize" }),
      createProject(bob, { title: "x", type: "shell", visibility: "private", slug: "the-prize" }),
    ]);
    expect(outcomes.map(code).sort()).toEqual(["conflict", "conflict", "ok"]);
  });

  test("only its owner changes it; what one may not read does not exist", async () => {
    const [secret, open] = [await make(ada, { title: "Secret" }), await make(ada, { title: "Open", visibility: "public" })];
    for (const other of [bob, reader, stranger(), admin]) {
      expect(code(await showProject(other, { slug: secret.slug }))).toBe("not_found");
      expect(code(await updateProject(other, { projectId: secret.id, title: "x" }))).toBe("not_found");
      expect(code(await trashProject(other, { projectId: secret.id }))).toBe("not_found");
      expect(code(await restoreProject(other, { projectId: secret.id }))).toBe("not_found");
      expect(code(await updateProject(other, { projectId: open.id, title: "x" }))).toBe("forbidden");
      expect(code(await trashProject(other, { projectId: open.id }))).toBe("forbidden");
      expect(value(await showProject(other, { slug: open.slug })).may).toMatchObject({ write: false, administer: false });
    }
    const token = (scopes: Parameters<typeof byToken>[2]) => world.as(byToken(adaId, "ada", scopes, "author"));
    expect(code(await showProject(token(["runs:read"]), { slug: secret.slug }))).toBe("not_found");
    expect(code(await updateProject(token(["worksheets:read"]), { projectId: secret.id, title: "x" }))).toBe("forbidden");
    expect(code(await updateProject(token(["projects:write"]), { projectId: secret.id, title: "x" }))).toBe("ok");
  });

  test("its worksheets follow it out of the gallery and back", async () => {
    const { slug, projectSlug } = await world.worksheet(adaId, "follows");
    const { id } = (await world.store.findProject(projectSlug)) ?? { id: "" as ProjectId };
    await world.store.setProjectRepository(id, value(await world.services.forge.createRepository("ada/follows")));
    const gallery = async () => value(await listWorksheets(stranger(), {})).items.map((card) => card.slug);
    const seen = async (ctx: Context) => code(await showWorksheet(ctx, { idOrSlug: slug }));
    expect(await gallery()).toContain(slug);
    const heard: string[] = [];
    const listener = await world.store.listen("gallery_changed", (payload) => heard.push(payload));
    value(await updateProject(ada, { projectId: projectSlug, visibility: "private" }));
    expect([(await gallery()).includes(slug), await seen(stranger()), await seen(ada)]).toEqual([false, "not_found", "ok"]);
    value(await updateProject(ada, { projectId: projectSlug, visibility: "public" }));
    expect([(await gallery()).includes(slug), await seen(stranger())]).toEqual([true, "ok"]);
    value(await trashProject(ada, { projectId: projectSlug }));
    expect([(await gallery()).includes(slug), await seen(stranger())]).toEqual([false, "not_found"]);
    value(await restoreProject(ada, { projectId: projectSlug }));
    expect([(await gallery()).includes(slug), await seen(stranger())]).toEqual([true, "ok"]);
    await expect.poll(() => heard.filter((one) => one === slug).length).toBe(4);
    expect(heard).toContain(`project:${projectSlug}`);
    await listener.close();
  });
});

describe("the trash", () => {
  test("hides a project from everybody but its owner, who can bring it back as it was", async () => {
    const made = await make(ada, { title: "Thrown away", visibility: "public" });
    const { restorableUntil } = value(await trashProject(ada, { projectId: made.id }));
    const days = (Date.parse(restorableUntil ?? "") - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(13.9);
    expect(days).toBeLessThanOrEqual(14);
    // Again changes nothing, neither the end of the time.
    expect(value(await trashProject(ada, { projectId: made.id })).restorableUntil).toBe(restorableUntil);
    for (const other of [bob, stranger(), admin]) expect(code(await showProject(other, { slug: made.slug }))).toBe("not_found");
    expect(value(await showProject(ada, { slug: made.slug }))).toMatchObject({ state: "trashed", restorableUntil, may: { write: false } });
    expect(code(await updateProject(ada, { projectId: made.id, title: "x" }))).toBe("not_found");
    expect(code(await copyProject(bob, { projectId: made.id }))).toBe("not_found");
    expect(value(await listOwnProjects(ada, { trash: true })).items.map((one) => one.id)).toContain(made.id);
    expect(value(await listOwnProjects(ada, { limit: 100 })).items.map((one) => one.id)).not.toContain(made.id);
    value(await restoreProject(ada, { projectId: made.id }));
    expect(value(await showProject(bob, { slug: made.slug }))).toMatchObject({ state: "ready", version: { number: 1 } });
  });
});

describe("copying a project", () => {
  test("gives one's own private project with all files, and both sides name the other", async () => {
    const source = await make(ada, { title: "Source", visibility: "public", template: "worksheet-python", description: "About." });
    const copy = value(await copyProject(bob, { projectId: source.slug }));
    expect(copy).toMatchObject({ state: "ready", slug: "source-bob", title: "Source" });
    expect(await filesOf(copy.id)).toEqual(await filesOf(source.id));
    expect(value(await showProject(bob, { slug: copy.slug }))).toMatchObject({
      visibility: "private",
      description: "About.",
      upstream: { slug: "source", title: "Source", owner: "ada", newer: false },
    });
    // Private: the original's author does not hear of it.
    expect(value(await showProject(ada, { slug: "source" })).copies).toEqual({ count: 0, shown: [] });
    expect(value(await showProject(bob, { slug: "source" })).copies.count).toBe(1);
    value(await updateProject(bob, { projectId: copy.id, visibility: "public" }));
    expect(value(await showProject(stranger(), { slug: "source" })).copies).toEqual({
      count: 1,
      shown: [{ slug: "source-bob", title: "Source", owner: "bob" }],
    });
    await save(source.id, "new.txt");
    expect(value(await showProject(bob, { slug: copy.slug })).upstream?.newer).toBe(true);
    value(await updateProject(ada, { projectId: source.id, visibility: "private" }));
    expect(value(await showProject(bob, { slug: copy.slug })).upstream).toBeNull();
    expect(value(await copyProject(ada, { projectId: source.id })).title).toBe("Source (copy)");
  });

  test("is for authors who may read it; under the public user for administrators alone", async () => {
    const [secret, open] = [await make(ada, { title: "Kept" }), await make(ada, { title: "Given", visibility: "public" })];
    expect(code(await copyProject(bob, { projectId: secret.id }))).toBe("not_found");
    expect(code(await copyProject(stranger(), { projectId: open.id }))).toBe("unauthenticated");
    expect(code(await copyProject(reader, { projectId: open.id }))).toBe("forbidden");
    for (const other of [ada, bob, reader, stranger()]) expect(code(await copyProject(other, { projectId: open.id, into: "public" }))).toBe("forbidden");
    const shared = value(await copyProject(admin, { projectId: open.id, into: "public" }));
    expect(value(await showProject(stranger(), { slug: shared.slug }))).toMatchObject({
      visibility: "public",
      owner: { username: "public" },
      may: { write: false },
    });
    // Made once, and nobody's to sign in with.
    expect(value(await copyProject(admin, { projectId: open.id, into: "public" })).state).toBe("ready");
    expect((await world.store.findUserByName("public"))?.passwordHash).toBeNull();
  });

  test("of a project without a version works too", async () => {
    const empty = newId("project") as ProjectId;
    const repository = value(await world.services.forge.createRepository("ada/empty"));
    const row = { id: empty, ownerId: adaId, slug: "empty", title: "Empty", type: "shell", areaSlug: "general", visibility: "public", state: "ready" } as const;
    await world.store.insertProject({ ...row, repositoryId: repository });
    const copy = value(await copyProject(bob, { projectId: "empty" }));
    expect(value(await showProject(bob, { slug: copy.slug }))).toMatchObject({ version: null, upstream: { slug: "empty", newer: false } });
  });
});

describe("the list of one's own projects", () => {
  test("is paged, what was changed last first, and nobody else's", async () => {
    const own: Actor = person(await world.user("carol", "author"), "carol", "author");
    const carol = world.as(own);
    const made = [];
    for (const title of ["One", "Two", "Three"]) made.push((await make(carol, { title })).id);
    const first = value(await listOwnProjects(carol, { limit: 2 }));
    const second = value(await listOwnProjects(carol, { limit: 2, cursor: first.next ?? "" }));
    expect([...first.items, ...second.items].map((one) => one.id).sort()).toEqual([...made].sort());
    expect([second.next, first.items.length]).toEqual([null, 2]);
    expect(code(await listOwnProjects(carol, { cursor: "x" }))).toBe("invalid");
    expect(code(await listOwnProjects(stranger()))).toBe("unauthenticated");
  });
});

/** A new version with one more file. */
async function save(id: string, path: string): Promise<void> {
  const { repositoryId } = await rowOf(id);
  const parent = value(await world.services.forge.resolve(repositoryId, "main"));
  const author = { name: "Ada", email: "ada@x.invalid", at: new Date() };
  value(await world.services.forge.commit(repositoryId, { ref: "main", parent, message: "More\n", author, changes: new Map([[path, Buffer.from("x")]]) }));
}
