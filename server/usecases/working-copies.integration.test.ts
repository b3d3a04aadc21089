import { symlink } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CommitId } from "#lib/domain/ids.ts";
import { type Author, asLab, author, notebook, prepare, project, ready, save, sources } from "#tests/project-world.ts";
import { code, createWorld, person, type TestWorld, value } from "#tests/world.ts";
import { compareVersions } from "./compare-versions.ts";
import { diffFile } from "./diff-file.ts";
import { discardChanges } from "./discard-changes.ts";
import { listVersions } from "./list-versions.ts";
import { mergeUpstream } from "./merge-upstream.ts";
import { prepareWorkingCopy } from "./prepare-working-copy.ts";
import { openVersionFile, readVersionFile } from "./read-version-file.ts";
import { restoreVersion } from "./restore-version.ts";
import { saveVersion } from "./save-version.ts";
import { showUpstream } from "./show-upstream.ts";
import { showVersion } from "./show-version.ts";
import { showWorkingCopy } from "./show-working-copy.ts";
import { newestOf } from "./version-lookup.ts";
import { deleteWorkFile, listWorkFiles, openWorkFile, writeWorkFile } from "./work-files.ts";

let world: TestWorld;
let ada: Author;
let ben: Author;
beforeAll(async () => {
  world = await createWorld({ SHEAF_FILE_MB: "2", SHEAF_HOME_MB: "60" });
  ada = await author(world, "ada");
  ben = await author(world, "ben");
});
afterAll(() => world.close());

let count = 0;
const slug = () => `work-${++count}`;
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const read = async (projectId: string, name: string, commit?: string, by = ada) =>
  text(value(await readVersionFile(by.ctx, { projectId, path: name, commit, limitBytes: 1e7 })));
const numbers = async (projectId: string) => value(await listVersions(ada.ctx, { projectId })).items.map(({ number }) => number);
const trash = async ({ user }: Author) => (await world.services.homes.listTrash({ username: user.username, uid: null })).map((entry) => entry.path);

describe("a working copy", () => {
  test("is made at the first opening, in a folder of its own, and stays when it is opened again", async () => {
    const id = await project(world, ada.user.id, slug(), { "a.txt": "one\n", "data/b.txt": "two\n" });
    expect(value(await showWorkingCopy(ada.ctx, { projectId: id }))).toMatchObject({ made: false, behind: 1, changeCount: 0 });
    const made = value(await prepareWorkingCopy(ada.ctx, { projectId: id }));
    expect(made).toMatchObject({ folder: `projects/work-${count}`, base: { number: 1 }, merged: [] });
    const lab = asLab(world, ada, made.folder);
    expect(await lab.read("data/b.txt")).toBe("two\n");
    await lab.write("data/b.txt", "two, changed\n");
    expect(value(await prepareWorkingCopy(ada.ctx, { projectId: id }))).toMatchObject({ folder: made.folder, merged: [] });
    expect(await lab.read("data/b.txt")).toBe("two, changed\n");
    expect(value(await showWorkingCopy(ada.ctx, { projectId: id }))).toMatchObject({
      made: true,
      behind: 0,
      changes: [{ path: "data/b.txt", kind: "changed" }],
      changeCount: 1,
      suggestedMessage: "Change data/b.txt",
    });
  });

  test("takes another folder where its name is in use", async () => {
    const name = slug();
    const home = { username: ada.user.username, uid: null };
    await asLab(world, ada, `projects/${name}`).write("mine.txt", "mine");
    const id = await project(world, ada.user.id, name, { "a.txt": "one\n" });
    expect((await prepare(world, id, ada)).folder).toBe(`projects/${name}-2`);
    expect(value(await world.services.homes.find(home, `projects/${name}/mine.txt`)).bytes).toBe(4);
  });

  test("belongs to the person, of a project that others neither see nor open", async () => {
    const id = await project(world, ada.user.id, slug(), { "a.txt": "one\n" });
    for (const call of [
      () => prepareWorkingCopy(ben.ctx, { projectId: id }),
      () => showWorkingCopy(ben.ctx, { projectId: id }),
      () => saveVersion(ben.ctx, { projectId: id, message: "x" }),
      () => listVersions(ben.ctx, { projectId: id }),
      () => openVersionFile(ben.ctx, { projectId: id, path: "a.txt" }),
    ])
      expect(code(await call())).toBe("not_found");
    const open = await project(world, ada.user.id, slug(), { "a.txt": "one\n" }, { visibility: "public" });
    expect(await read(open, "a.txt", undefined, ben)).toBe("one\n");
    expect(code(await saveVersion(ben.ctx, { projectId: open, message: "x" }))).toBe("forbidden");
    expect(code(await writeWorkFile(ben.ctx, { projectId: open, path: "a.txt", content: new Uint8Array() }))).toBe("forbidden");
    expect(code(await compareVersions(ben.ctx, { projectId: open, from: "base", to: "working" }))).toBe("forbidden");
  });

  test("of a project that is empty holds nothing, and its first version is what was put there", async () => {
    const id = await project(world, ada.user.id, slug(), {});
    const { folder, base } = value(await prepareWorkingCopy(ada.ctx, { projectId: id }));
    expect(base).toBeNull();
    expect(code(await saveVersion(ada.ctx, { projectId: id, message: "" }))).toBe("conflict");
    await asLab(world, ada, folder).write("first.py", "print(1)\n");
    expect(value(await saveVersion(ada.ctx, { projectId: id, message: "" })).version).toMatchObject({ number: 1, message: "Add first.py", author: "ada" });
    expect(await read(id, "first.py")).toBe("print(1)\n");
  });

  test("that was taken away whole is made afresh", async () => {
    const id = await project(world, ada.user.id, slug(), { "a.txt": "one\n" });
    const { folder } = await prepare(world, id, ada);
    value(await world.services.homes.trash({ username: "ada", uid: null }, folder));
    expect(value(await showWorkingCopy(ada.ctx, { projectId: id }))).toMatchObject({ made: false, changeCount: 0 });
    expect(code(await saveVersion(ada.ctx, { projectId: id, message: "All gone" }))).toBe("conflict");
    await prepare(world, id, ada);
    expect(await asLab(world, ada, folder).read("a.txt")).toBe("one\n");
  });
});

describe("saving", () => {
  test("makes a version of everything that changed, moved and went, and nothing when nothing did", async () => {
    const id = await project(world, ada.user.id, slug(), { "a.txt": "one\n", "b.txt": "two\n", "c.txt": "a file that moves\n" });
    const lab = asLab(world, ada, (await prepare(world, id, ada)).folder);
    await lab.write("a.txt", "one, changed\n");
    await lab.run("rm b.txt && mkdir deep && mv c.txt deep/c.txt && chmod +x deep/c.txt");
    const saved = value(await saveVersion(ada.ctx, { projectId: id, message: "Three things" }));
    expect(saved).toMatchObject({ version: { number: 2, message: "Three things" }, merged: [], leftOut: [] });
    expect(value(await showVersion(ada.ctx, { projectId: id, commit: saved.version.commit })).changes).toEqual([
      { path: "a.txt", kind: "changed" },
      { path: "b.txt", kind: "removed" },
      { path: "deep/c.txt", from: "c.txt", kind: "moved" },
    ]);
    const again = await saveVersion(ada.ctx, { projectId: id, message: "Nothing" });
    expect(again).toMatchObject({ ok: false, failure: { code: "conflict", message: "Nothing changed since version 2." } });
    const files = value(await world.services.forge.listTree((await ready(world, id)).repositoryId, saved.version.commit as CommitId));
    expect(files.find((file) => file.path === "deep/c.txt")?.kind).toBe("executable");
  });

  test("of some files leaves the others as they are", async () => {
    const id = await project(world, ada.user.id, slug(), { "a.txt": "one\n", "b.txt": "two\n" });
    const lab = asLab(world, ada, (await prepare(world, id, ada)).folder);
    await lab.write("a.txt", "a\n");
    await lab.write("b.txt", "b\n");
    value(await saveVersion(ada.ctx, { projectId: id, message: "", paths: ["b.txt"] }));
    expect(await read(id, "a.txt")).toBe("one\n");
    expect(await lab.read("a.txt")).toBe("a\n");
    expect(value(await showWorkingCopy(ada.ctx, { projectId: id })).changes).toEqual([{ path: "a.txt", kind: "changed" }]);
  });

  test("tells those that follow the project", async () => {
    const id = await project(world, ada.user.id, slug(), { "a.txt": "one\n" });
    const heard: string[] = [];
    const listener = await world.store.listen("project_changed", (payload) => heard.push(payload));
    const before = (await ready(world, id)).updatedAt;
    await asLab(world, ada, (await prepare(world, id, ada)).folder).write("a.txt", "two\n");
    value(await saveVersion(ada.ctx, { projectId: id, message: "" }));
    await expect.poll(() => heard).toEqual([id]);
    expect((await ready(world, id)).updatedAt.getTime()).toBeGreaterThanOrEqual(before.getTime());
    await listener.close();
  });

  test("leaves out what is too large, and says what to do", async () => {
    const id = await project(world, ada.user.id, slug(), { "a.txt": "one\n" });
    const lab = asLab(world, ada, (await prepare(world, id, ada)).folder);
    await lab.write("large.bin", new Uint8Array(3 * 1024 * 1024));
    expect(value(await showWorkingCopy(ada.ctx, { projectId: id })).tooLarge).toEqual([{ path: "large.bin", bytes: 3145728, limitBytes: 2097152 }]);
    expect(await saveVersion(ada.ctx, { projectId: id, message: "" })).toMatchObject({ ok: false, failure: { code: "too_large" } });
    await lab.write("a.txt", "two\n");
    const saved = value(await saveVersion(ada.ctx, { projectId: id, message: "" }));
    expect(saved.leftOut).toEqual([{ path: "large.bin", reason: expect.stringContaining("private") }]);
    expect(await numbers(id)).toEqual([2, 1]);
    expect((await lab.bytes("large.bin")).length).toBe(3145728);
  });

  test("of more than memory should hold brings it over in parts", async () => {
    const id = await project(world, ada.user.id, slug(), { "a.txt": "one\n" });
    const lab = asLab(world, ada, (await prepare(world, id, ada)).folder);
    for (let number = 0; number < 20; number++) await lab.write(`part-${number}.bin`, new Uint8Array(1.9e6).fill(number));
    value(await saveVersion(ada.ctx, { projectId: id, message: "Many" }));
    expect(value(await showWorkingCopy(ada.ctx, { projectId: id })).changeCount).toBe(0);
    expect(value(await readVersionFile(ada.ctx, { projectId: id, path: "part-19.bin", limitBytes: 1e7 }))[5]).toBe(19);
    await lab.run("rm part-*");
  });

  test("strips outputs where the project says so: they stay in the files and are no change", async () => {
    const id = await project(world, ada.user.id, slug(), { "n.ipynb": notebook({ id: "a", source: "1" }) }, { keepOutputs: false });
    const lab = asLab(world, ada, (await prepare(world, id, ada)).folder);
    await lab.write("n.ipynb", notebook({ id: "a", source: "1", output: "ran\n" }));
    expect(value(await showWorkingCopy(ada.ctx, { projectId: id })).changeCount).toBe(0);
    await lab.write("n.ipynb", notebook({ id: "a", source: "2", output: "ran\n" }));
    value(await saveVersion(ada.ctx, { projectId: id, message: "" }));
    expect(await read(id, "n.ipynb")).not.toContain("ran");
    expect(await lab.read("n.ipynb")).toContain("ran");
    expect(value(await showWorkingCopy(ada.ctx, { projectId: id })).changeCount).toBe(0);
  });
});

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

describe("going back", () => {
  test("makes a new version of an old one; unsaved changes are saved or go to the trash, as one says", async () => {
    const id = await project(world, ada.user.id, slug(), { "a.txt": "one\n", "b.txt": "b\n" });
    const lab = asLab(world, ada, (await prepare(world, id, ada)).folder);
    const old = value(await listVersions(ada.ctx, { projectId: id })).items[0]?.commit ?? "";
    await lab.write("a.txt", "two\n");
    await lab.run("rm b.txt");
    value(await saveVersion(ada.ctx, { projectId: id, message: "" }));
    await lab.write("a.txt", "three\n");
    expect(code(await restoreVersion(ada.ctx, { projectId: id, commit: old }))).toBe("conflict");
    const restored = value(await restoreVersion(ada.ctx, { projectId: id, commit: old, keep: "save" }));
    expect(restored.version).toMatchObject({ number: 4, message: expect.stringContaining("Go back to version 1") });
    expect([await lab.read("a.txt"), await lab.read("b.txt")]).toEqual(["one\n", "b\n"]);
    const third = value(await listVersions(ada.ctx, { projectId: id })).items[1];
    expect(await read(id, "a.txt", third?.commit)).toBe("three\n");
    await lab.write("a.txt", "four\n");
    value(await restoreVersion(ada.ctx, { projectId: id, commit: third?.commit ?? "", keep: "discard" }));
    expect(await lab.read("a.txt")).toBe("three\n");
    expect(await trash(ada)).toContain(`projects/work-${count}/a.txt`);
    expect(code(await restoreVersion(ada.ctx, { projectId: id, commit: third?.commit ?? "" }))).toBe("conflict");
  });

  test("of one file leaves all others", async () => {
    const id = await project(world, ada.user.id, slug(), { "a.txt": "one\n", "b.txt": "b\n" });
    const lab = asLab(world, ada, (await prepare(world, id, ada)).folder);
    await lab.write("a.txt", "two\n");
    await lab.write("b.txt", "bb\n");
    const second = value(await saveVersion(ada.ctx, { projectId: id, message: "" }));
    const first = value(await showVersion(ada.ctx, { projectId: id, commit: second.version.commit })).before?.commit ?? "";
    await lab.write("b.txt", "unsaved\n");
    value(await restoreVersion(ada.ctx, { projectId: id, commit: first, path: "a.txt" }));
    expect([await lab.read("a.txt"), await lab.read("b.txt"), await read(id, "b.txt")]).toEqual(["one\n", "unsaved\n", "bb\n"]);
    expect(code(await restoreVersion(ada.ctx, { projectId: id, commit: first, path: "none.txt" }))).toBe("not_found");
  });

  test("on some files throws what they held into the trash", async () => {
    const id = await project(world, ada.user.id, slug(), { "a.txt": "one\n", "b.txt": "b\n" });
    const lab = asLab(world, ada, (await prepare(world, id, ada)).folder);
    await lab.write("a.txt", "two\n");
    await lab.write("new.txt", "new\n");
    await lab.run("rm b.txt");
    expect(value(await discardChanges(ada.ctx, { projectId: id, paths: ["a.txt", "b.txt"] })).discarded).toEqual(["a.txt", "b.txt"]);
    expect([await lab.read("a.txt"), await lab.read("b.txt"), await lab.read("new.txt")]).toEqual(["one\n", "b\n", "new\n"]);
    value(await discardChanges(ada.ctx, { projectId: id }));
    expect(value(await showWorkingCopy(ada.ctx, { projectId: id })).changeCount).toBe(0);
    expect(await trash(ada)).toEqual(expect.arrayContaining([`projects/work-${count}/a.txt`, `projects/work-${count}/new.txt`]));
  });
});

describe("programs", () => {
  test("read and write the same files as the lab, and never over one another where they say so", async () => {
    const id = await project(world, ada.user.id, slug(), { "a.txt": "one\n" });
    const written = value(await writeWorkFile(ada.ctx, { projectId: id, path: "data/new.csv", content: new TextEncoder().encode("1,2\n") }));
    const lab = asLab(world, ada, `projects/work-${count}`);
    expect(await lab.read("data/new.csv")).toBe("1,2\n");
    await lab.write("data/new.csv", "3,4,5\n");
    const over = { projectId: id, path: "data/new.csv", content: new TextEncoder().encode("6\n") };
    expect(code(await writeWorkFile(ada.ctx, { ...over, ifStamp: written.stamp }))).toBe("conflict");
    expect(code(await writeWorkFile(ada.ctx, { ...over, ifStamp: "none" }))).toBe("conflict");
    const opened = value(await openWorkFile(ada.ctx, { projectId: id, path: "data/new.csv" }));
    expect(await new Response(opened.stream).text()).toBe("3,4,5\n");
    value(await writeWorkFile(ada.ctx, { ...over, ifStamp: opened.stamp }));
    expect(value(await listWorkFiles(ada.ctx, { projectId: id, folder: "data" })).items.map((item) => item.path)).toEqual(["data/new.csv"]);
    value(await saveVersion(ada.ctx, { projectId: id, message: "" }));
    value(await deleteWorkFile(ada.ctx, { projectId: id, path: "data/new.csv" }));
    expect(value(await showWorkingCopy(ada.ctx, { projectId: id })).changes).toEqual([{ path: "data/new.csv", kind: "removed" }]);
    expect(await read(id, "data/new.csv")).toBe("6\n");
    const limit = await writeWorkFile(ada.ctx, { projectId: id, path: "large.bin", content: new Uint8Array(2.2e6) });
    expect(code(limit)).toBe("too_large");
  });

  test("name nothing outside: no way up, no hidden folders of ours, no links", async () => {
    const id = await project(world, ada.user.id, slug(), { "a.txt": "one\n" });
    const lab = asLab(world, ada, (await prepare(world, id, ada)).folder);
    await symlink("/etc/passwd", path.join(lab.root, "passwd"));
    await symlink("/etc", path.join(lab.root, "etc"));
    const elsewhere = await project(world, ada.user.id, slug(), { passwd: "one\n" });
    const away = asLab(world, ada, (await prepare(world, elsewhere, ada)).folder);
    await away.run(`cd .. && mv ${path.basename(away.root)} moved-${count} && ln -s /etc ${path.basename(away.root)}`);
    expect(value(await showWorkingCopy(ada.ctx, { projectId: elsewhere }))).toMatchObject({ made: false });
    expect(code(await saveVersion(ada.ctx, { projectId: elsewhere, message: "" }))).toBe("conflict");
    expect(code(await openWorkFile(ada.ctx, { projectId: elsewhere, path: "passwd" }))).not.toBe("ok");
    expect(await numbers(elsewhere)).toEqual([1]);
    await prepare(world, elsewhere, ada);
    expect(await away.read("passwd")).toBe("one\n");
    const hostile = [
      "../x",
      "a/../../x",
      "/etc/passwd",
      "",
      ".",
      "a//b",
      ".git/config",
      "sub/.GIT/config",
      ".sheaf/x",
      "a\0b",
      "a\nb",
      "x".repeat(300),
      "passwd",
      "etc/passwd",
    ];
    for (const name of hostile) {
      const call = { projectId: id, path: name };
      expect(["invalid", "not_found", "conflict"]).toContain(code(await openWorkFile(ada.ctx, call)));
      if (!["passwd"].includes(name))
        expect(["invalid", "not_found", "conflict"]).toContain(code(await writeWorkFile(ada.ctx, { ...call, content: new Uint8Array([1]), ifStamp: "none" })));
      expect(["invalid", "not_found"]).toContain(code(await openVersionFile(ada.ctx, call)));
    }
    expect(code(await saveVersion(ada.ctx, { projectId: id, message: "" }))).toBe("conflict");
    await lab.write("b.txt", "b");
    const saved = value(await saveVersion(ada.ctx, { projectId: id, message: "" }));
    const tree = value(await world.services.forge.listTree((await ready(world, id)).repositoryId, saved.version.commit as CommitId));
    expect(tree.map((file) => file.path)).toEqual(["a.txt", "b.txt"]);
    expect((await lab.run("readlink passwd etc")).trim()).toBe("/etc/passwd\n/etc");
  });

  test("compare any two versions, and what is not saved", async () => {
    const id = await project(world, ada.user.id, slug(), { "a.txt": "one\n" });
    const lab = asLab(world, ada, (await prepare(world, id, ada)).folder);
    await lab.write("b.txt", "b\n");
    value(await saveVersion(ada.ctx, { projectId: id, message: "" }));
    await lab.write("c.txt", "c\n");
    const [second, first] = value(await listVersions(ada.ctx, { projectId: id })).items;
    const compare = async (from: string, to: string) =>
      value(await compareVersions(ada.ctx, { projectId: id, from, to })).changes.map((one) => `${one.kind} ${one.path}`);
    expect(await compare(first?.commit ?? "", second?.commit ?? "")).toEqual(["added b.txt"]);
    expect(await compare(second?.commit ?? "", first?.commit ?? "")).toEqual(["removed b.txt"]);
    expect(await compare("base", "working")).toEqual(["added c.txt"]);
    expect(await compare(first?.commit ?? "", "working")).toEqual(["added b.txt", "added c.txt"]);
    for (const stranger of ["main", "HEAD~1", "0".repeat(40), "--all"])
      expect(code(await compareVersions(ada.ctx, { projectId: id, from: stranger, to: "newest" }))).toBe("not_found");
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

describe("one file's difference", () => {
  test("is told as suits it: cells, lines, pictures, or sizes", async () => {
    const files = {
      "n.ipynb": notebook({ id: "a", source: "1" }),
      "w.txt": "a\nb\n",
      "p.png": new Uint8Array([0, 1]),
      "x.bin": new Uint8Array([0, 1]),
      "same.txt": "s",
    };
    const id = await project(world, ada.user.id, slug(), files);
    const lab = asLab(world, ada, (await prepare(world, id, ada)).folder);
    await lab.write("n.ipynb", notebook({ id: "a", source: "2" }));
    await lab.write("w.txt", "a\nc\n");
    for (const name of ["p.png", "x.bin"]) await lab.write(name, new Uint8Array([0, 2, 3]));
    await lab.write("broken.ipynb", "{");
    await lab.write("large.txt", "x\n".repeat(1.1e6));
    const shown = async (name: string, from: string | null = "base") => value(await diffFile(ada.ctx, { projectId: id, from, to: "working", path: name }));
    expect((await shown("n.ipynb")).shown).toMatchObject({ kind: "notebook", diff: { counts: { changed: 1 } } });
    expect((await shown("w.txt")).shown).toMatchObject({ kind: "text", diff: { added: 1, removed: 1 } });
    expect(await shown("p.png")).toMatchObject({ beforeBytes: 2, afterBytes: 3, shown: { kind: "image" } });
    expect((await shown("x.bin")).shown).toEqual({ kind: "binary" });
    expect((await shown("same.txt")).shown).toEqual({ kind: "same" });
    expect((await shown("w.txt", null)).shown).toMatchObject({ kind: "text", diff: { added: 2, removed: 0 } });
    expect((await shown("broken.ipynb")).shown).toMatchObject({ kind: "unreadable" });
    expect((await shown("large.txt")).shown).toMatchObject({ kind: "large" });
    expect(code(await diffFile(ada.ctx, { projectId: id, from: "base", to: "working", path: "none" }))).toBe("not_found");
    expect(code(await diffFile(ben.ctx, { projectId: id, from: null, to: "newest", path: "w.txt" }))).toBe("not_found");
  });
});
