import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunId, UserId } from "#lib/domain/ids.ts";
import type { RunEvent } from "#lib/domain/run.ts";
import type { NumberedRunEvent } from "#lib/domain/worksheet.ts";
import { foldEvents } from "#lib/worksheet/fold-events.ts";
import type { Context } from "#server/context.ts";
import { code, createWorld, person, type TestWorksheet, type TestWorld, textCell, value, visitor } from "#tests/world.ts";
import { cancelRun } from "./cancel-run.ts";
import { followRun } from "./follow-run.ts";
import { showRun } from "./show-run.ts";
import { startRun } from "./start-run.ts";

let world: TestWorld;
let worksheet: TestWorksheet;
let ada: UserId;

beforeAll(async () => {
  world = await createWorld();
  worksheet = await world.worksheet(await world.user("author", "author"), "drift");
  ada = await world.user("ada");
  await world.engine();
});
afterAll(() => world.close());

const start = async (ctx: Context) => value(await startRun(ctx, { worksheetId: worksheet.slug, values: {}, fresh: true }));
const output = (index: number, text: string): RunEvent => ({ type: "output", index, output: { output_type: "stream", name: "stdout", text } });
const running: RunEvent = { type: "state", state: "running", at: 0, cell: 1, of: 1 };

async function collect(ctx: Context, id: string, after = 0, enough = (_: NumberedRunEvent[]) => false): Promise<NumberedRunEvent[]> {
  const ending = new AbortController();
  const seen: NumberedRunEvent[] = [];
  for await (const event of value(await followRun(ctx, { id, after, signal: ending.signal }))) {
    seen.push(event);
    if (enough(seen)) break;
  }
  return seen;
}

describe("following a run", () => {
  test("tells everything in order as it comes, to several readers, and ends", async () => {
    const ctx = world.as(person(ada, "ada"));
    const run = await start(ctx);
    const readers = [collect(ctx, run.id), collect(ctx, run.id), collect(ctx, run.id)];
    const engine = await world.take();
    await engine.say(running, output(1, "4"));
    await engine.say(output(1, "2\n"));
    await engine.finish();
    for (const seen of await Promise.all(readers)) {
      const numbered = seen.filter(({ seq }) => seq > 0);
      expect(numbered.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
      expect(
        foldEvents(
          [],
          seen.map(({ event }) => event),
        )[0]?.outputs,
      ).toEqual(textCell(1, "42\n").outputs);
      expect(seen.at(-1)?.event).toMatchObject({ type: "state", state: "done" });
    }
  });

  test("a reader that comes back misses nothing and hears nothing twice", async () => {
    const ctx = world.as(person(ada, "ada"));
    const run = await start(ctx);
    const engine = await world.take();
    await engine.say(running, output(1, "a"), output(1, "b"));
    const before = await collect(ctx, run.id, 0, (seen) => seen.at(-1)?.seq === 2);
    await engine.say(output(1, "c"));
    const rest = collect(ctx, run.id, 2);
    await engine.say(output(1, "d"));
    await engine.finish();
    expect([...before, ...(await rest)].map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("says how many go first, and when that changes", async () => {
    const runs = [];
    for (const actor of [visitor(), visitor(), visitor()]) runs.push({ ctx: world.as(actor), run: await start(world.as(actor)) });
    const [first, , last] = runs;
    if (!first || !last) throw new Error("three runs were started");
    const positions: unknown[] = [];
    const following = collect(last.ctx, last.run.id, 0, (seen) => {
      const event = seen.at(-1)?.event;
      if (event?.type === "state" && event.state === "queued") positions.push(event.position);
      return positions.length === 2;
    });
    await expect.poll(() => positions).toEqual([2]);
    value(await cancelRun(first.ctx, first.run));
    await following;
    expect(positions).toEqual([2, 1]);
    for (const { ctx, run } of runs) await cancelRun(ctx, run);
  });

  test("hears of a run that was stopped in the queue", async () => {
    const ctx = world.as(person(ada, "ada"));
    const run = await start(ctx);
    const following = collect(ctx, run.id);
    await cancelRun(ctx, run);
    expect((await following).at(-1)).toMatchObject({ seq: 1, event: { type: "state", state: "cancelled" } });
  });

  test("a final run whose events were swept is told by its cells, also to a reader that had some of them", async () => {
    const ctx = world.as(person(ada, "ada"));
    const run = await start(ctx);
    const engine = await world.take();
    await engine.say(running, output(1, "4"));
    const had = foldEvents(
      [],
      (await collect(ctx, run.id, 0, (seen) => seen.at(-1)?.seq === 2)).map(({ event }) => event),
    );
    await engine.finish();
    await world.store.sweepRunEvents(new Date(Date.now() + 60_000));
    const cells = value(await showRun(ctx, run)).cells;
    for (const [after, before] of [
      [0, []],
      [2, had],
    ] as const) {
      const seen = await collect(ctx, run.id, after);
      expect(
        foldEvents(
          before,
          seen.map(({ event }) => event),
        ),
      ).toEqual(cells);
      expect(seen.at(-1)?.event).toMatchObject({ state: "done" });
      expect(seen.every(({ seq }) => seq === 3)).toBe(true);
    }
    expect(await collect(ctx, run.id, 3)).toHaveLength(1);
  });

  test("an answer from the cache is told by its cells", async () => {
    const ctx = world.as(person(ada, "ada"));
    const run = value(await startRun(ctx, { worksheetId: worksheet.id, values: {}, fresh: false }));
    expect(run.cached).toBe(true);
    const seen = await collect(ctx, run.id);
    expect(
      foldEvents(
        [],
        seen.map(({ event }) => event),
      ),
    ).toEqual(value(await showRun(ctx, run)).cells);
  });

  test("many who watch waiting runs ask for their places once a second, not each", async () => {
    const ctx = world.as(person(ada, "ada"));
    const runs = [await start(ctx), await start(ctx), await start(ctx)];
    let asked = 0;
    const store = {
      ...ctx.store,
      listQueuePlaces: () => {
        asked += 1;
        return ctx.store.listQueuePlaces();
      },
      findRun: (id: RunId) => {
        asked += 1;
        return ctx.store.findRun(id);
      },
    };
    const ending = new AbortController();
    setTimeout(() => ending.abort(), 2500);
    const places = await Promise.all(
      Array.from({ length: 30 }, async (_, n) => {
        const seen = [];
        const followed = value(await followRun({ ...ctx, store }, { id: runs[n % 3]?.id ?? "", after: 0, signal: ending.signal }));
        for await (const { event } of followed) if (event.type === "state") seen.push(event.position);
        return seen.at(0);
      }),
    );
    expect(places.slice(0, 3)).toEqual([0, 1, 2]);
    for (const run of runs) await cancelRun(ctx, run);
    // A few times for each who comes, then once a second for all.
    expect(asked).toBeLessThan(30 * 3 + 10);
  });

  test("stops when the reader goes, and is refused to whoever may not read", async () => {
    const ctx = world.as(person(ada, "ada"));
    const run = await start(ctx);
    const ending = new AbortController();
    const events = value(await followRun(ctx, { id: run.id, after: 0, signal: ending.signal }));
    setTimeout(() => ending.abort(), 50);
    for await (const _ of events);
    expect(code(await followRun(world.as(visitor()), { id: run.id, after: 0, signal: ending.signal }))).toBe("not_found");
    await cancelRun(ctx, run);
  });

  test("goes on after the listening connection was cut", async () => {
    const ctx = world.as(person(ada, "ada"));
    const run = await start(ctx);
    const following = collect(ctx, run.id);
    const engine = await world.take();
    await world.database.connection
      .client`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'sheaf listen' and datname = current_database()`;
    await engine.say(running);
    await engine.finish();
    expect((await following).at(-1)?.event).toMatchObject({ state: "done" });
  });
});
