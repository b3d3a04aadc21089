import { rm, symlink } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { personHome } from "#server/person-home.ts";
import type { Home } from "#server/ports/homes.ts";
import { createWorld, type TestWorld, value } from "#tests/world.ts";
import { sweepHomes } from "./sweep-homes.ts";

const dayMs = 86_400_000;
let world: TestWorld;
beforeAll(async () => {
  world = await createWorld({ SHEAF_TRASH_DAYS: "10" });
});
afterAll(() => world.close());

async function homeOf(username: string): Promise<Home> {
  const person = await world.store.findUser(await world.user(username));
  if (!person) throw new Error(`${username} is gone`);
  return personHome(person);
}

test("trash goes after its days, uploads after a week, and one broken home keeps no other from it", async () => {
  const { homes } = world.services;
  const [broken, ada] = [await homeOf("aaa-broken"), await homeOf("ada")];
  await homes.ensure(broken);
  await rm(path.join(homes.folderOf(broken), ".sheaf"), { recursive: true, force: true });
  await symlink("/etc", path.join(homes.folderOf(broken), ".sheaf"));
  await homes.write(ada, "private/a.txt", new TextEncoder().encode("x"));
  const trashed = value(await homes.trash(ada, "private/a.txt"));
  const upload = value(await homes.beginUpload(ada, "private/b.txt", 5));
  const services = { ...world.services, log: world.services.log.child({}, { level: "silent" }) };
  const sweepAfter = (days: number) => sweepHomes({ ...services, now: () => new Date(Date.now() + days * dayMs) });

  await sweepAfter(6);
  expect((await homes.listTrash(ada)).map((entry) => entry.id)).toEqual([trashed.id]);
  expect((await homes.findUpload(ada, upload.uploadId)).ok).toBe(true);
  await sweepAfter(8);
  expect((await homes.findUpload(ada, upload.uploadId)).ok).toBe(false);
  expect(await homes.listTrash(ada)).toHaveLength(1);
  await sweepAfter(11);
  expect(await homes.listTrash(ada)).toEqual([]);
});
