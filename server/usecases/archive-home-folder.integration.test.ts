import { mkdir, readdir, readlink, rm, symlink, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openArchive } from "#server/archives/read-zip.ts";
import { leftOutName } from "#server/archives/write-zip.ts";
import type { Context } from "#server/context.ts";
import { personHome } from "#server/person-home.ts";
import { code, createWorld, person, type TestWorld, value, visitor } from "#tests/world.ts";
import { archiveHomeFolder } from "./archive-home-folder.ts";

let world: TestWorld;
let ada: Context;
let home: string;

beforeAll(async () => {
  world = await createWorld({ SHEAF_HOME_MB: "200" });
  ada = world.as(person(await world.user("ada", "author"), "ada", "author"));
  const user = await world.store.findUserByName("ada");
  if (!user) throw new Error("ada is gone");
  await world.services.homes.ensure(personHome(user));
  home = world.services.homes.folderOf(personHome(user));
});
afterAll(() => world.close());

async function unpacked(folder: string): Promise<Record<string, string>> {
  const { start } = value(await archiveHomeFolder(ada, { folder }));
  const bytes = Buffer.from(await new Response(start()).arrayBuffer());
  const file = path.join(world.folder, "made.zip");
  await writeFile(file, bytes);
  const archive = value(await openArchive(file, bytes.length, 1000));
  const contents = await Promise.all(archive.files.map(async ({ name }, index) => [name, new TextDecoder().decode(value(await archive.read(index)))] as const));
  archive.close();
  return Object.fromEntries(contents);
}

test("a folder comes whole, with hidden files and odd names, and leads nowhere when it is unpacked", async () => {
  const study = path.join(home, "private/study");
  await mkdir(path.join(study, "data/deep"), { recursive: true });
  await writeFile(path.join(study, "data/deep/größe 1.csv"), "a,b\n1,2\n");
  await writeFile(path.join(study, ".notes"), "hidden");
  await writeFile(path.join(study, "..\\..\\evil.txt"), "stays inside");
  await writeFile(path.join(study, "old.txt"), "old");
  await utimes(path.join(study, "old.txt"), -5, -5);
  await writeFile(path.join(study, "new.txt"), "new");
  await utimes(path.join(study, "new.txt"), 9_000_000_000, 9_000_000_000);
  await symlink("/etc/passwd", path.join(study, "way out"));
  const files = await unpacked("private/study");
  expect(files).toEqual({
    "study/data/deep/größe 1.csv": "a,b\n1,2\n",
    "study/.notes": "hidden",
    "study/.._.._evil.txt": "stays inside",
    "study/old.txt": "old",
    "study/new.txt": "new",
    [leftOutName]: "study/way out: a link\n",
  });
});

test("the whole home comes without the house's own folder", async () => {
  const names = Object.keys(await unpacked(""));
  expect(names).toContain("ada/private/study/.notes");
  expect(names.filter((name) => name.includes(".sheaf"))).toEqual([]);
});

test("what vanishes before its turn is named, and the rest comes", async () => {
  const folder = path.join(home, "private/vanishing");
  await mkdir(folder);
  await writeFile(path.join(folder, "a.txt"), "here");
  await writeFile(path.join(folder, "b.txt"), "gone");
  const { start } = value(await archiveHomeFolder(ada, { folder: "private/vanishing" }));
  await rm(path.join(folder, "b.txt"));
  const text = Buffer.from(await new Response(start()).arrayBuffer()).toString("latin1");
  expect(text).toContain("vanishing/a.txt");
  expect(text).toContain(leftOutName);
});

test("a reader that leaves in the middle, or before the first byte, leaves no file open", async () => {
  const large = path.join(home, "private/large");
  await mkdir(large);
  for (const name of ["1.bin.gz", "2.bin.gz"]) await writeFile(path.join(large, name), Buffer.alloc(20_000_000, 7));
  const open = async () => {
    const links = await Promise.all((await readdir("/proc/self/fd")).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => "")));
    return links.filter((link) => link.startsWith(large)).length;
  };
  const archive = value(await archiveHomeFolder(ada, { folder: "private/large" }));
  const reader = archive.start().getReader();
  await reader.read();
  await expect.poll(open).toBe(1);
  await reader.cancel();
  await archive.start().cancel();
  await expect.poll(open).toBe(0);
});

test("a file is no folder, and nobody gets another's", async () => {
  for (const folder of ["private/study/.notes", "private/study/way out"]) expect(code(await archiveHomeFolder(ada, { folder }))).toBe("conflict");
  for (const folder of ["private/none", "../bob", "/etc"]) expect(["not_found", "invalid"], folder).toContain(code(await archiveHomeFolder(ada, { folder })));
  expect(code(await archiveHomeFolder(world.as(visitor()), { folder: "" }))).toBe("unauthenticated");
});
