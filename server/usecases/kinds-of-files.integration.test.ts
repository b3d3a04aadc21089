import { stat } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BlobId, ProjectId } from "#lib/domain/ids.ts";
import type { TreeFile } from "#server/ports/forge.ts";
import { type Author, asLab, prepare, project, ready, save } from "#tests/project-world.ts";
import { type TwoAuthors, twoAuthors } from "#tests/two-authors.ts";
import { code, type TestWorld, value } from "#tests/world.ts";
import { discardChanges } from "./discard-changes.ts";
import { listVersions } from "./list-versions.ts";
import { restoreVersion } from "./restore-version.ts";
import { saveVersion } from "./save-version.ts";
import { showWorkingCopy } from "./show-working-copy.ts";
import { newestOf, treeOf } from "./version-lookup.ts";

let world: TestWorld;
let ada: Author;
let ben: Author;
let trash: TwoAuthors["trash"];
beforeAll(async () => {
  ({ world, ada, ben, trash } = await twoAuthors());
});
afterAll(() => world.close());

let count = 0;
const slug = () => `kinds-${++count}`;
const isExecutable = async (root: string, name: string) => ((await stat(path.join(root, name))).mode & 0o100) !== 0;
const changes = async (projectId: ProjectId) => value(await showWorkingCopy(ada.ctx, { projectId })).changes;
async function kinds(projectId: ProjectId): Promise<Record<string, TreeFile["kind"]>> {
  const { repositoryId } = await ready(world, projectId);
  const tree = value(await treeOf(world.services, repositoryId, value(await newestOf(world.services, repositoryId))));
  return Object.fromEntries([...tree.values()].map((file) => [file.path, file.kind]));
}

describe("what programs may run", () => {
  test("is a change by itself: shown, saved, thrown away and gone back to", async () => {
    const id = await project(world, ada.user.id, slug(), { "run.sh": "echo 1\n", "a.txt": "a\n" });
    const lab = asLab(world, ada, (await prepare(world, id, ada)).folder);
    await lab.run("chmod +x run.sh");
    expect(await changes(id)).toEqual([{ path: "run.sh", kind: "changed" }]);
    value(await discardChanges(ada.ctx, { projectId: id }));
    expect([await isExecutable(lab.root, "run.sh"), await changes(id), await trash(ada)]).toEqual([false, [], []]);
    await lab.run("chmod +x run.sh");
    value(await saveVersion(ada.ctx, { projectId: id, message: "May run" }));
    expect([await kinds(id), await changes(id)]).toEqual([{ "run.sh": "executable", "a.txt": "file" }, []]);
    await lab.run("chmod -x run.sh && echo 'echo 2' > run.sh");
    value(await saveVersion(ada.ctx, { projectId: id, message: "May not" }));
    expect([await kinds(id), await changes(id)]).toEqual([{ "run.sh": "file", "a.txt": "file" }, []]);
    const [, second] = value(await listVersions(ada.ctx, { projectId: id })).items;
    await lab.run("rm run.sh");
    value(await discardChanges(ada.ctx, { projectId: id }));
    expect(await isExecutable(lab.root, "run.sh")).toBe(false);
    value(await restoreVersion(ada.ctx, { projectId: id, commit: second?.commit ?? "" }));
    expect([await isExecutable(lab.root, "run.sh"), await lab.read("run.sh"), await changes(id)]).toEqual([true, "echo 1\n", []]);
  });

  test("follows whoever changed it, beside what the other wrote into the file", async () => {
    const files = { "mine.sh": "1\n", "theirs.sh": "1\n", "both.sh": "a\nb\nc\n", "same.sh": "1\n" };
    const id = await project(world, ada.user.id, slug(), files);
    const one = asLab(world, ada, (await prepare(world, id, ada)).folder);
    const other = asLab(world, ben, (await prepare(world, id, ben)).folder);
    await one.run("chmod +x mine.sh both.sh same.sh && echo ada > theirs.sh && printf 'A\\nb\\nc\\n' > both.sh");
    await other.run("chmod +x theirs.sh && echo ben > mine.sh && printf 'a\\nb\\nC\\n' > both.sh");
    value(await save(world, id, ada));
    value(await save(world, id, ben));
    expect(await kinds(id)).toEqual({ "mine.sh": "executable", "theirs.sh": "executable", "both.sh": "executable", "same.sh": "executable" });
    await prepare(world, id, ada);
    for (const lab of [one, other]) {
      for (const name of Object.keys(files)) expect([name, await isExecutable(lab.root, name)]).toEqual([name, true]);
      expect([await lab.read("mine.sh"), await lab.read("theirs.sh"), await lab.read("both.sh")]).toEqual(["ben\n", "ada\n", "A\nb\nC\n"]);
    }
    for (const by of [ada, ben]) expect(code(await save(world, id, by))).toBe("conflict");
  });
});

describe("links and modules of an imported project", () => {
  const moduleCommit = "1234567890123456789012345678901234567890" as BlobId;

  /** As an import brings it: a link, a broken link, a link to a folder, and another repository's commit. */
  async function imported(): Promise<ProjectId> {
    const id = await project(world, ada.user.id, slug(), { "a.txt": "one\n", "data/b.txt": "two\n", target: "a.txt", away: "/etc/passwd" });
    const { repositoryId } = await ready(world, id);
    const parent = value(await newestOf(world.services, repositoryId));
    const tree = value(await treeOf(world.services, repositoryId, parent));
    const blobOf = (name: string) => tree.get(name)?.blob as BlobId;
    const more = new Map([
      ["link.txt", { blob: blobOf("target"), kind: "link" as const }],
      ["data/passwd", { blob: blobOf("away"), kind: "link" as const }],
      ["library", { blob: moduleCommit, kind: "module" as const }],
      ["target", null],
      ["away", null],
    ]);
    const author = { name: "Test", email: "test@users.sheaf.invalid", at: new Date() };
    value(await world.services.forge.commit(repositoryId, { ref: "main", parent, message: "As imported\n", author, changes: more }));
    return id;
  }
  const whole = { "a.txt": "file", "data/b.txt": "file", "data/passwd": "link", library: "module", "link.txt": "link" };

  test("are not made in homes, are no change, and stay in every version that is saved", async () => {
    const id = await imported();
    const lab = asLab(world, ada, (await prepare(world, id, ada)).folder);
    expect(await lab.run("find . -mindepth 1 | sort")).toBe("./a.txt\n./data\n./data/b.txt\n");
    expect(await changes(id)).toEqual([]);
    await lab.write("a.txt", "two\n");
    await lab.run("rm -r data");
    value(await saveVersion(ada.ctx, { projectId: id, message: "" }));
    const { "data/b.txt": _removed, ...left } = whole;
    expect([await kinds(id), await changes(id)]).toEqual([left, []]);
    const [, imported2] = value(await listVersions(ada.ctx, { projectId: id })).items;
    value(await restoreVersion(ada.ctx, { projectId: id, commit: imported2?.commit ?? "" }));
    expect([await kinds(id), await lab.run("find . -type f | sort")]).toEqual([whole, "./a.txt\n./data/b.txt\n"]);
  });

  test("survive two people who save at once, and a file that somebody puts in their place", async () => {
    const id = await imported();
    const one = asLab(world, ada, (await prepare(world, id, ada)).folder);
    const other = asLab(world, ben, (await prepare(world, id, ben)).folder);
    await one.write("a.txt", "ada\n");
    await other.write("data/b.txt", "ben\n");
    await other.run("mkdir library && echo mine > library/own.txt");
    value(await save(world, id, ada));
    value(await save(world, id, ben));
    const { library: _module, ...rest } = whole;
    expect(await kinds(id)).toEqual({ ...rest, "library/own.txt": "file" });
    await prepare(world, id, ada);
    expect(await one.read("library/own.txt")).toBe("mine\n");
    for (const by of [ada, ben]) expect(code(await save(world, id, by))).toBe("conflict");
    // What stood there is in the version before.
    const before = value(await listVersions(ada.ctx, { projectId: id })).items.find((version) => version.message.startsWith("As imported"));
    const tree = value(await treeOf(world.services, (await ready(world, id)).repositoryId, before?.commit as never));
    expect(tree.get("library")?.blob).toBe(moduleCommit);
  });
});
