import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { CommitId, EngineId, RunId, VersionId, WorksheetId } from "#lib/domain/ids.ts";
import { newId } from "#server/ids.ts";
import type { Store } from "#server/ports/store.ts";
import { type TestDatabase, testDatabase } from "#tests/database.ts";

const engine = "engine" as EngineId;
const now = () => new Date();

describe("the queue of runs", () => {
  let database: TestDatabase;
  let place: { worksheetId: WorksheetId; versionId: VersionId };
  const enqueue = async (queueKey: string, queuedAt = now()): Promise<RunId> => {
    const id = newId("run");
    await database.store.insertRun({ id, ...place, values: {}, cacheKey: id, queueKey, queuedAt });
    return id;
  };
  const claim = () => database.store.claimRun(engine, now());
  const leaseOf = async (id: RunId) => {
    const run = await database.store.findRun(id);
    if (!run?.engineId) throw new Error("the run is not held");
    return { runId: id, engineId: run.engineId, attempt: run.attempt };
  };
  const done = (firstEvent: number) => ({
    state: "done" as const,
    error: null,
    record: null,
    cells: [{ index: 1, outputs: [{ output_type: "stream" as const, name: "stdout", text: "a\u0000b" }], executionCount: 1, durationMs: 5 }],
    events: [{ type: "state" as const, state: "done" as const, at: 1 }],
    firstEvent,
    finishedAt: now(),
  });

  beforeAll(async () => {
    database = await testDatabase();
    place = await insertSampleWorksheet(database.store);
  });
  afterAll(() => database.drop());
  beforeEach(() => database.connection.db.execute(sql`truncate runs cascade`));

  test("takes the oldest first, and nothing when it is empty", async () => {
    const second = await enqueue("b", new Date(2000));
    const first = await enqueue("a", new Date(1000));
    expect([(await claim())?.id, (await claim())?.id, await claim()]).toEqual([first, second, null]);
  });

  test("somebody with one run does not wait for somebody with fifty, also when runs are short", async () => {
    for (let n = 0; n < 50; n++) await enqueue("many", new Date(1000 + n));
    const order: string[] = [];
    const serve = async (): Promise<void> => {
      const run = await claim();
      if (!run) throw new Error("the queue is empty");
      order.push(run.queueKey);
      await database.store.finishRun(await leaseOf(run.id), done(1));
    };
    await serve();
    // Two that come in one millisecond have no order between them.
    const came = now().getTime();
    await enqueue("one", new Date(came));
    await enqueue("other", new Date(came + 1));
    await serve();
    await serve();
    await serve();
    expect(order).toEqual(["many", "one", "other", "many"]);
  });

  test("somebody whose run goes on waits for the others", async () => {
    await enqueue("busy", new Date(1000));
    await claim();
    const next = await enqueue("busy", new Date(2000));
    const other = await enqueue("other", new Date(3000));
    expect([(await claim())?.id, (await claim())?.id]).toEqual([other, next]);
  });

  test("the place that is told is the order in which runs are taken", async () => {
    for (const [at, key] of [..."aabacabbdaca"].entries()) await enqueue(key, new Date(1000 + at));
    for (let left = 12; left > 0; left--) {
      const waiting = (await database.connection.db.execute<{ id: RunId }>(sql`select id from runs where state = 'queued'`)).map((row) => row.id);
      const told = await database.store.listQueuePlaces();
      const places = waiting.map((id) => told.get(id) ?? -1);
      expect([...places].sort((a, b) => a - b)).toEqual(waiting.map((_, place) => place));
      const next = await claim();
      expect(next?.id).toBe(waiting[places.indexOf(0)]);
      if (next && left % 2 === 0) await database.store.finishRun(await leaseOf(next.id), done(1));
    }
  });

  test("many engines that claim at once never take the same run", async () => {
    const ids = new Set<string>();
    for (let n = 0; n < 40; n++) ids.add(await enqueue(`person ${n % 7}`));
    const taken: string[] = [];
    const engineLoop = async (name: string): Promise<void> => {
      for (let run = await database.store.claimRun(name as EngineId, now()); run; run = await database.store.claimRun(name as EngineId, now()))
        taken.push(run.id);
    };
    await Promise.all(["a", "b", "c", "d"].map(engineLoop));
    // An engine that finds every candidate locked goes home; the next notification or poll brings it back.
    await engineLoop("e");
    expect(taken).toHaveLength(40);
    expect(new Set(taken)).toEqual(ids);
  });

  test("events are numbered in order and written once, whatever they hold", async () => {
    const id = await enqueue("a");
    await claim();
    const output = { type: "output" as const, index: 0, output: { output_type: "stream" as const, name: "stdout", text: "\u0000 \ud83d é" } };
    await database.store.appendRunEvents(id, 1, [output, { type: "clear", index: 0 }]);
    await database.store.appendRunEvents(id, 2, [
      { type: "clear", index: 0 },
      { type: "clear", index: 1 },
    ]);
    const events = await database.store.listRunEvents(id, 0, 10);
    expect(events.map((event) => event.seq)).toEqual([1, 2, 3]);
    expect(events[0]?.event).toEqual({ ...output, output: { ...output.output, text: "\ufffd \ufffd é" } });
  });

  test("a final run is never changed again", async () => {
    const id = await enqueue("a");
    await claim();
    const lease = await leaseOf(id);
    expect(await database.store.finishRun(lease, done(3))).toBe(true);
    expect(await database.store.finishRun(lease, { ...done(9), state: "failed" })).toBe(false);
    expect(await database.store.requeueRun(lease, [{ type: "state", state: "queued", at: 1 }], 10)).toBe(false);
    expect(await database.store.markRunning(lease)).toBe(false);
    const run = await database.store.findRun(id);
    expect([run?.state, run?.lastEvent]).toEqual(["done", 3]);
    expect(await database.store.listRunCells(id)).toMatchObject([{ index: 1, executionCount: 1, durationMs: 5 }]);
    expect((await database.store.listRunEvents(id, 0, 10)).map((event) => event.seq)).toEqual([3]);
  });

  test("an engine taken for dead does not write over its successor", async () => {
    const id = await enqueue("a");
    await claim();
    const former = await leaseOf(id);
    expect((await database.store.listAbandonedRuns(new Date(Date.now() - 15_000), null)).map((run) => run.id)).toEqual([id]);
    expect(await database.store.requeueRun(former, [{ type: "state", state: "queued", at: 1 }], 5)).toBe(true);
    expect((await claim())?.attempt).toBe(2);
    expect(await database.store.finishRun(former, done(6))).toBe(false);
    expect(await database.store.finishRun(await leaseOf(id), done(6))).toBe(true);
  });

  test("only runs of silent engines and of the asker's former life are abandoned", async () => {
    const details = { adapter: "process", safeForVisitors: true, protections: [], environment: { name: "x", digest: "x" }, warm: {}, running: 0, capacity: 1 };
    await database.store.reportEngine(engine, now(), now(), details);
    const id = await enqueue("a");
    await claim();
    const since = new Date(Date.now() - 15_000);
    expect(await database.store.listAbandonedRuns(since, null)).toEqual([]);
    expect((await database.store.listAbandonedRuns(since, engine)).map((run) => run.id)).toEqual([id]);
    expect((await database.store.listAbandonedRuns(new Date(Date.now() + 1000), null)).map((run) => run.id)).toEqual([id]);
    await database.store.removeEngine(engine);
  });

  test("what expired unclaimed goes, what was claimed stays", async () => {
    const expired = await enqueue("a");
    await claim();
    await database.store.finishRun(await leaseOf(expired), done(1));
    await database.store.updateRun(expired, { expiresAt: new Date(1000) });
    expect((await database.store.listExpiredRuns(now(), 10)).map((run) => run.id)).toEqual([expired]);
    expect(await database.store.deleteExpiredRun(expired, now())).toBe(true);
    expect(await database.store.findRun(expired)).toBeNull();
  });

  test("events go some time after the end, and only then", async () => {
    const id = await enqueue("a");
    await claim();
    await database.store.finishRun(await leaseOf(id), done(1));
    await database.store.sweepRunEvents(new Date(Date.now() - 60_000));
    expect(await database.store.listRunEvents(id, 0, 10)).toHaveLength(1);
    await database.store.sweepRunEvents(new Date(Date.now() + 60_000));
    expect(await database.store.listRunEvents(id, 0, 10)).toHaveLength(0);
  });
});

async function insertSampleWorksheet(store: Store): Promise<{ worksheetId: WorksheetId; versionId: VersionId }> {
  const [ownerId, projectId, id, versionId] = [newId("user"), newId("project"), newId("worksheet"), newId("version")];
  await store.insertUser({ id: ownerId, username: "ada", displayName: "Ada", email: null, passwordHash: null, level: "author" });
  await store.upsertArea({ slug: "ecology", title: "Ecology", description: "" });
  await store.insertProject({
    id: projectId,
    ownerId,
    slug: "growth",
    title: "Growth",
    type: "worksheet",
    areaSlug: "ecology",
    visibility: "public",
    state: "ready",
  });
  const worksheet = {
    id,
    slug: "growth",
    projectId,
    notebookPath: "growth.ipynb",
    title: "Growth",
    summary: "",
    areaSlug: "ecology",
    language: "python" as const,
    visibility: "public" as const,
    authorName: "Ada",
  };
  await store.upsertWorksheet(worksheet);
  const compiled = {
    format: 1 as const,
    language: "python" as const,
    kernelName: "python3",
    title: "Growth",
    description: "",
    parameters: [],
    cells: [],
    searchText: "",
  };
  await store.insertVersion({
    id: versionId,
    worksheetId: id,
    commit: "0".repeat(40) as CommitId,
    notebookPath: "growth.ipynb",
    compiled,
    environmentName: "x",
    environmentDigest: "x",
  });
  return { worksheetId: id, versionId };
}
