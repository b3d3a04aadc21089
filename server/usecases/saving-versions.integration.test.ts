import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CommitId, WorkingCopyId } from "#lib/domain/ids.ts";
import { type Author, asLab, notebook, prepare, project, ready } from "#tests/project-world.ts";
import { type TwoAuthors, twoAuthors } from "#tests/two-authors.ts";
import { code, type TestWorld, value } from "#tests/world.ts";
import { compareVersions } from "./compare-versions.ts";
import { diffFile } from "./diff-file.ts";
import { discardChanges } from "./discard-changes.ts";
import { listVersions } from "./list-versions.ts";
import { readVersionFile } from "./read-version-file.ts";
import { restoreVersion } from "./restore-version.ts";
import { saveVersion } from "./save-version.ts";
import { showVersion } from "./show-version.ts";
import { showWorkingCopy } from "./show-working-copy.ts";

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

  test("suggests what became of a notebook's cells, and says so where nobody says anything else", async () => {
    const id = await project(world, ada.user.id, slug(), { "growth.ipynb": notebook({ id: "a", source: "1" }, { id: "b", source: "2" }), "b.txt": "b\n" });
    const lab = asLab(world, ada, (await prepare(world, id, ada)).folder);
    const suggested = async () => value(await showWorkingCopy(ada.ctx, { projectId: id })).suggestedMessage;
    await lab.write("growth.ipynb", notebook({ id: "a", source: "one" }, { id: "b", source: "2" }, { id: "c", source: "3" }));
    expect(await suggested()).toBe("Change growth.ipynb: 1 cell changed, 1 added");
    await lab.write("b.txt", "c\n");
    expect(await suggested()).toBe("Change growth.ipynb (1 cell changed, 1 added) and 1 more file");
    await lab.run("rm b.txt");
    value(await saveVersion(ada.ctx, { projectId: id, message: " ", paths: ["growth.ipynb"] }));
    expect(value(await listVersions(ada.ctx, { projectId: id })).items[0]?.message).toBe("Change growth.ipynb: 1 cell changed, 1 added");
    await lab.write("growth.ipynb", "{");
    value(await discardChanges(ada.ctx, { projectId: id, paths: ["b.txt"] }));
    expect(await suggested()).toBe("Change growth.ipynb");
  });

  test("that was cut off once its version was there is seen as done: by whoever looks, saves again or throws away", async () => {
    const id = await project(world, ada.user.id, slug(), { "a.txt": "one\n", "b.txt": "two\n" });
    const lab = asLab(world, ada, (await prepare(world, id, ada)).folder);
    const cutOff = async (paths?: string[]) => {
      const before = await world.services.store.findWorkingCopy(id, ada.user.id);
      value(await saveVersion(ada.ctx, { projectId: id, message: "Cut off", paths }));
      await world.services.store.setWorkingCopyBase(before?.id as WorkingCopyId, before?.baseCommit as CommitId, new Date());
    };
    const shown = async () => value(await showWorkingCopy(ada.ctx, { projectId: id }));
    await lab.write("a.txt", "changed\n");
    await cutOff();
    expect(await shown()).toMatchObject({ changeCount: 0, behind: 0, base: { number: 2 } });
    expect(await saveVersion(ada.ctx, { projectId: id, message: "" })).toMatchObject({ ok: false, failure: { message: "Nothing changed since version 2." } });
    await lab.write("a.txt", "changed again\n");
    await lab.write("b.txt", "this one stays unsaved\n");
    await cutOff(["a.txt"]);
    expect(await shown()).toMatchObject({ changes: [{ path: "b.txt" }], behind: 0, base: { number: 3 } });
    value(await discardChanges(ada.ctx, { projectId: id }));
    expect([await lab.read("a.txt"), await lab.read("b.txt")]).toEqual(["changed again\n", "two\n"]);
    expect(value(await listVersions(ada.ctx, { projectId: id })).items).toHaveLength(3);
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

  test("makes the project the one that was changed last", async () => {
    const id = await project(world, ada.user.id, slug(), { "a.txt": "one\n" });
    const before = (await ready(world, id)).updatedAt;
    await asLab(world, ada, (await prepare(world, id, ada)).folder).write("a.txt", "two\n");
    world.clock.offsetMs += 1000;
    value(await saveVersion(ada.ctx, { projectId: id, message: "" }));
    expect((await ready(world, id)).updatedAt.getTime()).toBeGreaterThan(before.getTime());
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

describe("comparing", () => {
  test("tells how any two versions differ, and what is in none yet", async () => {
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
