import type { UserId } from "#lib/domain/ids.ts";
import type { Context } from "#server/context.ts";
import { createWorld, person, type TestWorld, visitor } from "./world.ts";

/** Everybody who may meet a project: two authors, a reader, an administrator, and somebody without an account. */
export async function fivePeople() {
  const world: TestWorld = await createWorld();
  const adaId: UserId = await world.user("ada", "author");
  const as = async (username: string, level: "author" | "reader" | "admin"): Promise<Context> =>
    world.as(person(await world.user(username, level), username, level));
  return {
    world,
    adaId,
    ada: world.as(person(adaId, "ada", "author")),
    bob: await as("bob", "author"),
    reader: await as("rita", "reader"),
    admin: await as("root-admin", "admin"),
    stranger: (): Context => world.as(visitor()),
  };
}
export type FivePeople = Awaited<ReturnType<typeof fivePeople>>;
