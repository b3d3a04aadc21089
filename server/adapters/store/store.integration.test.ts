import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId } from "#server/ids.ts";
import { type TestDatabase, testDatabase } from "#tests/database.ts";
import { migrate } from "./migrate.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

describe("migrations", () => {
  test("may be run again, by several processes at once", async () => {
    await Promise.all([migrate(database.url), migrate(database.url), migrate(database.url)]);
    expect(await database.store.listAreas()).toEqual([]);
  });
});

describe("a transaction", () => {
  test("keeps nothing when it fails", async () => {
    const id = newId("user");
    const failed = database.store.transaction(async (tx) => {
      await tx.insertUser({ id, username: "ada", displayName: "Ada", email: null, passwordHash: null, level: "reader" });
      throw new Error("enough");
    });
    await expect(failed).rejects.toThrow("enough");
    expect(await database.store.findUser(id)).toBeNull();
  });
});

describe("listening", () => {
  test("hears what is said, only on its own channel", async () => {
    const heard: string[] = [];
    const listener = await database.store.listen("run_queued", (payload) => heard.push(payload));
    await database.store.notify("run_event", "other");
    await database.store.notify("run_queued", "mine");
    await expect.poll(() => heard).toEqual(["mine"]);
    await listener.close();
  });

  test("a transaction is heard when it commits, and not at all when it does not", async () => {
    const heard: string[] = [];
    const listener = await database.store.listen("run_cancel", (payload) => heard.push(payload));
    await database.store
      .transaction(async (tx) => {
        await tx.notify("run_cancel", "undone");
        throw new Error("undo");
      })
      .catch(() => {});
    await database.store.transaction((tx) => tx.notify("run_cancel", "done"));
    await expect.poll(() => heard).toEqual(["done"]);
    await listener.close();
  });

  test("listens again after its connection was cut", async () => {
    const heard: string[] = [];
    let beginnings = 0;
    const listener = await database.store.listen(
      "gallery_changed",
      (payload) => heard.push(payload),
      () => beginnings++,
    );
    await database.connection
      .client`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'sheaf listen' and datname = current_database()`;
    await expect.poll(() => beginnings, { timeout: 20_000 }).toBeGreaterThan(1);
    await database.store.notify("gallery_changed", "again");
    await expect.poll(() => heard).toEqual(["again"]);
    await listener.close();
  });
});

describe("rate limits", () => {
  test("refuse after the limit, say how long, and begin anew after the window", async () => {
    const at = new Date("2026-01-01T00:00:00Z");
    const rule = { limit: 2, windowSeconds: 60 };
    expect((await database.store.countRate("a", rule, at)).allowed).toBe(true);
    expect((await database.store.countRate("a", rule, at)).allowed).toBe(true);
    expect(await database.store.countRate("a", rule, new Date(at.getTime() + 20_000))).toEqual({ allowed: false, retryAfterSeconds: 40 });
    expect((await database.store.countRate("b", rule, at)).allowed).toBe(true);
    expect((await database.store.countRate("a", rule, new Date(at.getTime() + 61_000))).allowed).toBe(true);
  });
});
