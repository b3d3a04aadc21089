import { symlink } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CommitId } from "#lib/domain/ids.ts";
import { type Author, asLab, prepare, project, ready } from "#tests/project-world.ts";
import { type TwoAuthors, twoAuthors } from "#tests/two-authors.ts";
import { code, type TestWorld, value } from "#tests/world.ts";
import { compareVersions } from "./compare-versions.ts";
import { listVersions } from "./list-versions.ts";
import { prepareWorkingCopy } from "./prepare-working-copy.ts";
import { openVersionFile } from "./read-version-file.ts";
import { saveVersion } from "./save-version.ts";
import { showWorkingCopy } from "./show-working-copy.ts";
import { deleteWorkFile, listWorkFiles, openWorkFile, writeWorkFile } from "./work-files.ts";

let world: TestWorld;
let ada: Author;
let ben: Author;
let read: TwoAuthors["read"];
let numbers: TwoAuthors["numbers"];
beforeAll(async () => {
  ({ world, ada, ben, read, numbers } = await twoAuthors());
});
afterAll(() => world.close());

let count = 0;
const slug = () => `work-${++count}`;

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

describe("the folder of a working copy", () => {
  const files = { "a.txt": "one\n", "b.txt": "two\n", "data/c.txt": "three\n", "data/d.txt": "four\n" };

  test("made anew by a program, after the person removed it, is no wish to delete every file", async () => {
    const id = await project(world, ada.user.id, slug(), files);
    const { folder } = await prepare(world, id, ada);
    const lab = asLab(world, ada, folder);
    for (const [again, where] of [
      ["true", folder],
      ["echo unsaved > a.txt", `${folder}-2`],
    ] as const) {
      await lab.run(`rm -r "$PWD" && mkdir "$PWD" && cd "$PWD" && ${again}`);
      expect(value(await showWorkingCopy(ada.ctx, { projectId: id }))).toMatchObject({ made: false, changes: [] });
      expect(code(await saveVersion(ada.ctx, { projectId: id, message: "" }))).toBe("conflict");
      expect((await prepare(world, id, ada)).folder).toBe(where);
      expect(await asLab(world, ada, where).run("cat a.txt data/d.txt")).toBe("one\nfour\n");
      expect(value(await showWorkingCopy(ada.ctx, { projectId: id }))).toMatchObject({ made: true, changeCount: 0 });
    }
    // What was written into the one made anew is there, beside it.
    expect(await lab.read("a.txt")).toBe("unsaved\n");
    expect(await numbers(id)).toEqual([1]);
  });

  test("goes with the person who renames it, with all that is not saved yet", async () => {
    const id = await project(world, ada.user.id, slug(), files);
    const { folder } = await prepare(world, id, ada);
    await asLab(world, ada, folder).run('echo unsaved > a.txt && rm b.txt && mv "$PWD" ../"My own name ä"');
    expect(value(await showWorkingCopy(ada.ctx, { projectId: id }))).toMatchObject({ made: false, changes: [] });
    expect(code(await saveVersion(ada.ctx, { projectId: id, message: "" }))).toBe("conflict");
    expect((await prepare(world, id, ada)).folder).toBe("projects/My own name ä");
    value(await saveVersion(ada.ctx, { projectId: id, message: "" }));
    expect(await read(id, "a.txt")).toBe("unsaved\n");
    expect(value(await showWorkingCopy(ada.ctx, { projectId: id }))).toMatchObject({ folder: "projects/My own name ä", changeCount: 0 });
  });

  test("that takes the name of another project's, which was removed, leaves both their own", async () => {
    const [one, other] = [await project(world, ada.user.id, slug(), files), await project(world, ada.user.id, slug(), { "x.txt": "other\n" })];
    const [first, second] = [await prepare(world, one, ada), await prepare(world, other, ada)];
    await asLab(world, ada, first.folder).run(`rm -r "../${path.basename(second.folder)}" && mv "$PWD" "../${path.basename(second.folder)}"`);
    expect((await prepare(world, other, ada)).folder).toBe(`${second.folder}-2`);
    expect((await prepare(world, one, ada)).folder).toBe(second.folder);
    for (const id of [one, other]) expect(value(await showWorkingCopy(ada.ctx, { projectId: id }))).toMatchObject({ made: true, changeCount: 0 });
    // Opened in the other order, the one that was there gives way.
    await asLab(world, ada, second.folder).run(`rm -r "../${path.basename(second.folder)}-2" && mv "$PWD" "$PWD-2"`);
    expect((await prepare(world, one, ada)).folder).toBe(`${second.folder}-2`);
    expect((await prepare(world, other, ada)).folder).toBe(second.folder);
    for (const id of [one, other]) expect(value(await showWorkingCopy(ada.ctx, { projectId: id }))).toMatchObject({ made: true, changeCount: 0 });
  });

  test("is found by programs that write, wherever it went", async () => {
    const id = await project(world, ada.user.id, slug(), files);
    const { folder } = await prepare(world, id, ada);
    value(await world.services.homes.trash({ username: "ada", uid: null }, folder));
    value(await writeWorkFile(ada.ctx, { projectId: id, path: "e.txt", content: new TextEncoder().encode("five\n") }));
    expect(value(await showWorkingCopy(ada.ctx, { projectId: id })).changes).toEqual([{ path: "e.txt", kind: "added" }]);
  });

  test("brought back from a backup is the same, with what is not saved yet", async () => {
    const id = await project(world, ada.user.id, slug(), files);
    const lab = asLab(world, ada, (await prepare(world, id, ada)).folder);
    await lab.run('echo unsaved > a.txt && cp -r "$PWD" ../kept && rm -r "$PWD" && mv ../kept "$PWD"');
    const changes = [{ path: "a.txt", kind: "changed" }];
    expect(value(await showWorkingCopy(ada.ctx, { projectId: id })).changes).toEqual(changes);
    await prepare(world, id, ada);
    expect(value(await showWorkingCopy(ada.ctx, { projectId: id })).changes).toEqual(changes);
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
    expect((await prepare(world, elsewhere, ada)).folder).toBe(`projects/moved-${count}`);
    expect(await asLab(world, ada, `projects/moved-${count}`).read("passwd")).toBe("one\n");
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
});
