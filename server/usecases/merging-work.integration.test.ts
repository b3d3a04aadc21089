import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Author, asLab, author, notebook, prepare, project, ready, save, sources } from "#tests/project-world.ts";
import { type TwoAuthors, twoAuthors } from "#tests/two-authors.ts";
import { code, person, type TestWorld, value } from "#tests/world.ts";
import { mergeUpstream } from "./merge-upstream.ts";
import { prepareWorkingCopy } from "./prepare-working-copy.ts";
import { saveVersion } from "./save-version.ts";
import { showUpstream } from "./show-upstream.ts";
import { newestOf } from "./version-lookup.ts";

let world: TestWorld;
let ada: Author;
let ben: Author;
let read: TwoAuthors["read"];
let numbers: TwoAuthors["numbers"];
let trash: TwoAuthors["trash"];
beforeAll(async () => {
  ({ world, ada, ben, read, numbers, trash } = await twoAuthors());
});
afterAll(() => world.close());

let count = 0;
const slug = () => `work-${++count}`;

describe("two people on one project", () => {
  test("that keeps no outputs each keep their own in their files", async () => {
    const id = await project(world, ada.user.id, slug(), { "n.ipynb": notebook({ id: "a", source: "1" }, { id: "b", source: "2" }) }, { keepOutputs: false });
    const one = asLab(world, ada, (await prepare(world, id, ada)).folder);
    const other = asLab(world, ben, (await prepare(world, id, ben)).folder);
    await one.write("n.ipynb", notebook({ id: "a", source: "1, ada", output: "of ada" }, { id: "b", source: "2" }));
    await other.write("n.ipynb", notebook({ id: "a", source: "1" }, { id: "b", source: "2, ben", output: "of ben" }));
    value(await save(world, id, ada));
    value(await save(world, id, ben));
    expect(sources(await other.read("n.ipynb"))).toEqual(["1, ada", "2, ben"]);
    expect(await other.read("n.ipynb")).toContain("of ben");
    await prepare(world, id, ada);
    expect(sources(await one.read("n.ipynb"))).toEqual(["1, ada", "2, ben"]);
    expect(await one.read("n.ipynb")).toContain("of ada");
    expect(await read(id, "n.ipynb")).not.toContain("of ");
    for (const by of [ada, ben]) expect(code(await save(world, id, by))).toBe("conflict");
  });

  test("who change different cells and files both keep all of it, whoever saves first", async () => {
    const first = notebook({ id: "a", source: "1" }, { id: "b", source: "2" }, { id: "c", source: "3" });
    const id = await project(world, ada.user.id, slug(), { "n.ipynb": first, "words.txt": "a\nb\nc\nd\ne\n" });
    const one = asLab(world, ada, (await prepare(world, id, ada)).folder);
    const other = asLab(world, ben, (await prepare(world, id, ben)).folder);
    await one.write("n.ipynb", notebook({ id: "a", source: "1, ada" }, { id: "b", source: "2" }, { id: "c", source: "3" }));
    await other.write("n.ipynb", notebook({ id: "a", source: "1" }, { id: "b", source: "2" }, { id: "c", source: "3, ben" }));
    await one.write("words.txt", "A\nb\nc\nd\ne\n");
    await other.write("words.txt", "a\nb\nc\nd\nE\n");
    await other.write("new.txt", "ben's\n");
    expect(value(await save(world, id, ada, "Ada")).version.number).toBe(2);
    const second = value(await save(world, id, ben, "Ben"));
    expect(second.version.number).toBe(3);
    expect(second.merged.map((note) => [note.path, note.outcome])).toEqual([
      ["n.ipynb", "merged"],
      ["words.txt", "merged"],
    ]);
    const both = ["1, ada", "2", "3, ben"];
    expect(sources(await read(id, "n.ipynb"))).toEqual(both);
    expect(sources(await other.read("n.ipynb"))).toEqual(both);
    expect(await other.read("words.txt")).toBe("A\nb\nc\nd\nE\n");
    await prepare(world, id, ada);
    expect(sources(await one.read("n.ipynb"))).toEqual(both);
    expect(await one.read("new.txt")).toBe("ben's\n");
    for (const by of [ada, ben]) expect(code(await save(world, id, by))).toBe("conflict");
  });

  test("who change the same place keep both, and are told", async () => {
    const id = await project(world, ada.user.id, slug(), {
      "n.ipynb": notebook({ id: "a", source: "x = 1" }),
      "p.bin": new Uint8Array([0, 1]),
      "w.txt": "one\n",
    });
    const one = asLab(world, ada, (await prepare(world, id, ada)).folder);
    const other = asLab(world, ben, (await prepare(world, id, ben)).folder);
    for (const [lab, name] of [
      [one, "ada"],
      [other, "ben"],
    ] as const) {
      await lab.write("n.ipynb", notebook({ id: "a", source: `x = '${name}'` }));
      await lab.write("p.bin", new Uint8Array([0, name.charCodeAt(0)]));
      await lab.write("w.txt", `${name}\n`);
    }
    value(await save(world, id, ada, "Ada"));
    const saved = value(await save(world, id, ben, "Ben"));
    expect(new Set(sources(await read(id, "n.ipynb")))).toEqual(new Set(["x = 'ada'", "x = 'ben'"]));
    expect(await read(id, "w.txt")).toBe("ben\n");
    expect(await read(id, "w (version 2).txt")).toBe("ada\n");
    expect([...(await other.bytes("p (version 2).bin"))]).toEqual([0, 97]);
    const told = saved.merged.filter((note) => note.notes.length > 0);
    expect(told.map((note) => note.outcome)).toEqual(["both_kept", "kept_beside", "kept_beside"]);
    expect(code(await save(world, id, ben))).toBe("conflict");
  });

  test("one deletes what the other changes: the change stays", async () => {
    const id = await project(world, ada.user.id, slug(), { "a.txt": "one\n", "b.txt": "two\n", "c.txt": "three\n" });
    const one = asLab(world, ada, (await prepare(world, id, ada)).folder);
    const other = asLab(world, ben, (await prepare(world, id, ben)).folder);
    await one.run("rm a.txt c.txt");
    await one.write("b.txt", "ada\n");
    value(await save(world, id, ada));
    await other.write("a.txt", "ben\n");
    await other.run("rm b.txt");
    const opened = await prepare(world, id, ben);
    expect(opened.merged.map((note) => [note.path, note.outcome])).toEqual([
      ["a.txt", "ours"],
      ["b.txt", "theirs"],
      ["c.txt", "theirs"],
    ]);
    expect(await other.read("a.txt")).toBe("ben\n");
    expect(await other.read("b.txt")).toBe("ada\n");
    expect(await other.run("ls")).toBe("a.txt\nb.txt\n");
    expect(value(await save(world, id, ben)).version.number).toBe(3);
    expect(await read(id, "a.txt")).toBe("ben\n");
  });

  test("one makes a folder of what is a file for the other: both are there", async () => {
    const id = await project(world, ada.user.id, slug(), { "a.txt": "one\n" });
    const one = asLab(world, ada, (await prepare(world, id, ada)).folder);
    const other = asLab(world, ben, (await prepare(world, id, ben)).folder);
    await one.write("data/b.txt", "in a folder\n");
    await other.write("data", "a file\n");
    value(await save(world, id, ada));
    value(await save(world, id, ben));
    for (const lab of [other, asLab(world, ada, (await prepare(world, id, ada)).folder)]) {
      expect(await lab.read("data/b.txt")).toBe("in a folder\n");
      expect(await lab.read("data (file)")).toBe("a file\n");
    }
  });

  test("who save at the very same moment, again and again, lose nothing", async () => {
    const id = await project(world, ada.user.id, slug(), { "a.txt": "one\n" });
    const labs = await Promise.all([ada, ben].map(async (by) => ({ by, lab: asLab(world, by, (await prepare(world, id, by)).folder) })));
    for (let round = 0; round < 5; round++) {
      await Promise.all(
        labs.map(async ({ by, lab }) => {
          await lab.write(`${by.user.username}-${round}.txt`, "x");
          value(await save(world, id, by));
        }),
      );
    }
    expect(await numbers(id)).toEqual([11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    for (const name of ["ada", "ben"]) for (let round = 0; round < 5; round++) expect(await read(id, `${name}-${round}.txt`)).toBe("x");
  });
});

describe("bringing up to date", () => {
  test("keeps a copy of what it merged into in the trash, and what a program writes in that very moment", async () => {
    const id = await project(world, ada.user.id, slug(), { "n.ipynb": notebook({ id: "a", source: "1" }, { id: "b", source: "2" }), "a.txt": "one\n" });
    const one = asLab(world, ada, (await prepare(world, id, ada)).folder);
    const other = asLab(world, ben, (await prepare(world, id, ben)).folder);
    await one.write("n.ipynb", notebook({ id: "a", source: "1, ada" }, { id: "b", source: "2" }));
    await one.write("a.txt", "ada\n");
    value(await save(world, id, ada));
    await other.write("n.ipynb", notebook({ id: "a", source: "1" }, { id: "b", source: "2, ben" }));
    // Written between the look at the file and its replacement.
    const { homes } = world.services;
    const busy = { ...homes };
    let isWritten = false;
    busy.write = async (home, name, ...rest) => {
      if (!isWritten && name.endsWith("/a.txt")) {
        isWritten = true;
        await other.write("a.txt", "one\nben\n");
      }
      return homes.write(home, name, ...rest);
    };
    value(await prepareWorkingCopy({ ...world.as({ kind: "system" }), homes: busy }, { projectId: id, user: ben.user }));
    expect(isWritten).toBe(true);
    expect(sources(await other.read("n.ipynb"))).toEqual(["1, ada", "2, ben"]);
    expect(await other.read("a.txt")).toBe("one\nben\n");
    expect(await other.read("a (version 2).txt")).toBe("ada\n");
    expect(await trash(ben)).toContainEqual(expect.stringContaining("n (before merging).ipynb"));
  });

  test("goes on in a home that is full", async () => {
    const id = await project(world, ada.user.id, slug(), { "a.txt": "one\n" });
    const one = asLab(world, ada, (await prepare(world, id, ada)).folder);
    const full = await author(world, `full-${count}`);
    const lab = asLab(world, full, (await prepare(world, id, full)).folder);
    await lab.write("big.bin", new Uint8Array(61 * 1024 * 1024));
    await world.services.homes.usage({ username: full.user.username, uid: null }, { fresh: true });
    await one.write("a.txt", "ada\n");
    value(await save(world, id, ada));
    await prepare(world, id, full);
    expect(await lab.read("a.txt")).toBe("ada\n");
    await lab.write("c.txt", "still saved\n");
    expect(value(await save(world, id, full)).leftOut).toHaveLength(1);
    expect(await read(id, "c.txt")).toBe("still saved\n");
    const another = await project(world, ada.user.id, slug(), { "b.txt": "two\n" });
    expect(code(await prepareWorkingCopy(world.as({ kind: "system" }), { projectId: another, user: full.user }))).toBe("too_large");
  });
});

describe("a copy of a project", () => {
  test("is offered what is newer upstream, and merges it by cell", async () => {
    const id = await project(world, ada.user.id, slug(), { "n.ipynb": notebook({ id: "a", source: "1" }, { id: "b", source: "2" }) }, { visibility: "public" });
    const original = await ready(world, id);
    const repository = value(await world.services.forge.fork(original.repositoryId, "copy"));
    await expect.poll(async () => value(await world.services.forge.stateOf(repository))).toBe("ready");
    const copy = await project(world, ben.user.id, slug(), {});
    await world.store.setProjectRepository(copy, repository);
    const { projects } = await import("#drizzle/schema/index.ts");
    const { eq } = await import("drizzle-orm");
    const start = value(await newestOf(world.services, original.repositoryId));
    await world.database.connection.db.update(projects).set({ upstreamId: id, upstreamCommit: start }).where(eq(projects.id, copy));
    expect(value(await showUpstream(ben.ctx, { projectId: copy })).newer).toBe(0);
    expect(code(await mergeUpstream(ben.ctx, { projectId: copy }))).toBe("conflict");
    const lab = asLab(world, ada, (await prepare(world, id, ada)).folder);
    const mine = asLab(world, ben, (await prepare(world, copy, ben)).folder);
    await lab.write("n.ipynb", notebook({ id: "a", source: "1, upstream" }, { id: "b", source: "2" }));
    value(await saveVersion(ada.ctx, { projectId: id, message: "Upstream" }));
    await mine.write("n.ipynb", notebook({ id: "a", source: "1" }, { id: "b", source: "2, mine" }));
    value(await saveVersion(ben.ctx, { projectId: copy, message: "Mine" }));
    await mine.write("unsaved.txt", "here\n");
    expect(value(await showUpstream(ben.ctx, { projectId: copy }))).toMatchObject({ newer: 1, changes: [{ path: "n.ipynb", kind: "changed" }] });
    const merged = value(await mergeUpstream(ben.ctx, { projectId: copy }));
    expect(merged.version.number).toBe(3);
    expect(sources(await mine.read("n.ipynb"))).toEqual(["1, upstream", "2, mine"]);
    expect(await mine.read("unsaved.txt")).toBe("here\n");
    expect(value(await showUpstream(ben.ctx, { projectId: copy })).newer).toBe(0);
    expect(code(await mergeUpstream(ben.ctx, { projectId: copy }))).toBe("conflict");
    await world.database.connection.db.update(projects).set({ visibility: "private" }).where(eq(projects.id, id));
    expect(code(await showUpstream(ben.ctx, { projectId: copy }))).toBe("not_found");
    expect(code(await showUpstream(world.as(person(ada.user.id, "ada", "author")), { projectId: id }))).toBe("not_found");
  });
});
