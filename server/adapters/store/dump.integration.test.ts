import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { digestOf } from "#server/ids.ts";
import { type TestDatabase, testDatabase } from "#tests/database.ts";
import { dumpDatabase } from "./dump.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase();
  // More than the driver and its connection hold together.
  for (let n = 0; n < 30; n++) {
    const bytes = Buffer.alloc(200_000, n);
    await database.store.insertBlob({ digest: digestOf(bytes), mediaType: "image/png", bytes });
  }
});
afterAll(() => database.drop());

test.each([0, 1, 20])("a reader who takes %i ms for a piece gets every row", async (ms) => {
  let bytes = 0;
  const keep = async (rows: AsyncIterable<Uint8Array>) => {
    for await (const piece of rows) {
      bytes += piece.length;
      if (ms > 0) await pause(ms);
    }
    return "";
  };
  const { tables } = await dumpDatabase(database.url, keep, () => {});
  expect(tables.find(({ name }) => name === "blobs")?.rows).toBe(30);
  expect(bytes).toBeGreaterThan(30 * 400_000);
});

test("a disk that is full in the middle of a table ends the dump with what it said", async () => {
  const keep = async (rows: AsyncIterable<Uint8Array>) => {
    let bytes = 0;
    for await (const piece of rows) {
      bytes += piece.length;
      if (bytes > 1_000_000) throw new Error("no space left on device");
    }
    return "";
  };
  await expect(dumpDatabase(database.url, keep, () => {})).rejects.toThrow("no space left");
});

test("a database that goes away in the middle ends the dump", async () => {
  const keep = async (rows: AsyncIterable<Uint8Array>) => {
    let bytes = 0;
    for await (const piece of rows) {
      bytes += piece.length;
      if (bytes === piece.length)
        await database.connection.client`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'sheaf backup'`;
      await pause(1);
    }
    return "";
  };
  await expect(dumpDatabase(database.url, keep, () => {})).rejects.toThrow();
});
