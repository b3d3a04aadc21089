import { readdir } from "node:fs/promises";
import path from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isId, type UserId } from "#lib/domain/ids.ts";
import type { Context } from "#server/context.ts";
import { sweepOnce } from "#server/engine/sweeper.ts";
import { newId } from "#server/ids.ts";
import { byToken, code, createWorld, person, type TestWorksheet, type TestWorld, textCell, value, visitor } from "#tests/world.ts";
import { cancelRun } from "./cancel-run.ts";
import { claimRun } from "./claim-run.ts";
import { claimVisitorRuns } from "./claim-visitor-runs.ts";
import { listMyRuns } from "./list-my-runs.ts";
import { openRunFile } from "./open-run-file.ts";
import { readRunNotebook } from "./read-run-notebook.ts";
import { shareRun } from "./share-run.ts";
import { showMe } from "./show-me.ts";
import { showRun } from "./show-run.ts";
import { startRun } from "./start-run.ts";
import { admitUpload, uploadFile } from "./upload-file.ts";

let world: TestWorld;
let author: UserId;
let ada: UserId;
let bob: UserId;
let open: TestWorksheet;
let hidden: TestWorksheet;

beforeAll(async () => {
  world = await createWorld();
  author = await world.user("author", "author");
  ada = await world.user("ada");
  bob = await world.user("bob");
  open = await world.worksheet(author, "drift");
  hidden = await world.worksheet(author, "secret", { visibility: "private" });
  await world.engine();
});
afterAll(() => world.close());

const start = (ctx: Context, values: unknown = {}, fresh = false, worksheet = open) => startRun(ctx, { worksheetId: worksheet.id, values, fresh });
const finishNext = async () => (await world.take()).finish();
let seed = 100;
/** Values that no other test has asked for. */
const unseen = () => ({ pop: seed++ });

describe("starting a run", () => {
  test("queues a row with checked values, for a person", async () => {
    const ctx = world.as(person(ada, "ada"));
    const run = value(await start(ctx, { pop: 7 }));
    expect(run).toMatchObject({ state: "queued", cached: false, claimUrl: null, newVisitor: null, url: `http://sheaf.localhost:3000/runs/${run.id}` });
    expect(value(await showRun(ctx, run))).toMatchObject({
      state: "queued",
      values: { pop: 7, data: "data.csv" },
      changed: ["pop"],
      owner: "you",
      shared: false,
      expiresAt: null,
    });
    await finishNext();
    const done = value(await showRun(ctx, run));
    expect(done).toMatchObject({ state: "done", cells: [textCell(1, "42\n")], record: { values: { pop: 7 } } });
  });

  test("refuses bad values by field, and what it does not know", async () => {
    const refused = await start(world.as(person(ada, "ada")), { pop: 0, code: "import os" });
    expect(refused).toMatchObject({ ok: false, failure: { code: "invalid", fields: { pop: expect.any(String), code: expect.any(String) } } });
    expect(code(await start(world.as(person(ada, "ada")), "import os"))).toBe("invalid");
  });

  test("gives a visitor a name, a claim link and an end, and is heard by the engine", async () => {
    const heard: string[] = [];
    const listener = await world.store.listen("run_queued", (id) => heard.push(id));
    const run = value(await start(world.as(visitor(null)), unseen()));
    expect(run.newVisitor !== null && isId("visitor", run.newVisitor)).toBe(true);
    expect(run.claimUrl).toMatch(new RegExp(`^http://sheaf.localhost:3000/claim/${run.id}\\?key=[0-9a-z]{26}$`));
    await expect.poll(() => heard).toContain(run.id);
    const shown = value(await showRun(world.as(visitor(run.newVisitor)), run));
    expect(shown).toMatchObject({ owner: "you", shared: true });
    expect(Date.parse(shown.expiresAt ?? "")).toBeGreaterThan(Date.now() + 6 * 86_400_000);
    await listener.close();
    await finishNext();
  });

  test("a private worksheet answers like none, to all but its owner", async () => {
    for (const actor of [visitor(), person(ada, "ada"), byToken(ada, "ada")]) expect(code(await start(world.as(actor), {}, false, hidden))).toBe("not_found");
    value(await start(world.as(person(author, "author", "author")), {}, false, hidden));
    await finishNext();
  });

  test("a token needs its scope", async () => {
    expect(code(await start(world.as(byToken(ada, "ada", ["worksheets:read"])), unseen()))).toBe("forbidden");
    expect(code(await start(world.as(byToken(ada, "ada", ["worksheets:read"])), unseen(), false, hidden))).toBe("not_found");
    const ctx = world.as(byToken(ada, "ada", ["runs:write"]));
    const run = value(await start(ctx, unseen()));
    expect(value(await shareRun(ctx, { ...run, shared: true })).shared).toBe(true);
    value(await cancelRun(ctx, run));
  });
});

describe("visitors", () => {
  test("have one open run at a time, a person several", async () => {
    const one = world.as(visitor());
    const first = value(await start(one, unseen()));
    expect(await start(one, unseen())).toMatchObject({ ok: false, failure: { code: "too_many", retryAfterSeconds: 5 } });
    value(await cancelRun(one, first));
    const second = value(await start(one, unseen()));
    value(await cancelRun(one, second));
    const ctx = world.as(person(ada, "ada"));
    const both = [value(await start(ctx, unseen())), value(await start(ctx, unseen()))];
    for (const run of both) value(await cancelRun(ctx, run));
  });

  test("cannot have two by pressing twice at once", async () => {
    const one = world.as(visitor());
    const results = await Promise.all(Array.from({ length: 6 }, () => start(one, unseen(), true)));
    expect(results.filter((result) => result.ok)).toHaveLength(1);
    for (const result of results) if (result.ok) value(await cancelRun(one, result.value));
  });

  test("wait in the order in which they came to their address, however many names they have", async () => {
    const at = (n: number) => world.as(visitor(newId("visitor"), n < 3 ? "198.51.100.1" : "198.51.100.2"));
    const runs = [];
    for (const n of [0, 1, 2, 3]) runs.push(value(await start(at(n), unseen())).id);
    const taken = [];
    for (let n = 0; n < 4; n++) {
      const engine = await world.take();
      taken.push(engine.run.id);
      await engine.finish();
    }
    expect(taken).toEqual([runs[0], runs[3], runs[1], runs[2]]);
  });

  test("are let in only while an engine is alive that can hold them", async () => {
    const ctx = world.as(visitor());
    await world.engine(false);
    expect(code(await start(ctx, unseen()))).toBe("forbidden");
    expect(value(await showMe(ctx)).mayRun).toMatchObject({ allowed: false });
    await world.engine(true);
    world.clock.offsetMs = 60_000;
    expect(code(await start(ctx, unseen()))).toBe("unavailable");
    world.clock.offsetMs = 0;
    expect(value(await showMe(ctx)).mayRun).toEqual({ allowed: true, reason: null });
  });

  test("are refused where anonymous running is off, while people are not", async () => {
    const off = { ...world.services.config, visitor: { ...world.services.config.visitor, mayRun: false } };
    expect(code(await start({ ...world.as(visitor()), config: off }, unseen()))).toBe("forbidden");
    const ctx = { ...world.as(person(ada, "ada")), config: off };
    value(await cancelRun(ctx, value(await start(ctx, unseen()))));
  });
});

describe("the cache", () => {
  test("answers the same question at once, for somebody else, with a row, cells, notebook and age of its own", async () => {
    const values = unseen();
    const first = value(await start(world.as(person(ada, "ada")), values));
    await finishNext();
    const someone = visitor();
    const ctx = world.as(someone);
    const again = value(await start(ctx, { data: "data.csv", ...values }));
    expect(again).toMatchObject({ state: "done", cached: true });
    expect(again.id).not.toBe(first.id);
    const shown = value(await showRun(ctx, again));
    expect(shown).toMatchObject({ state: "done", cells: [textCell(1, "42\n")], owner: "you", record: { who: null } });
    // Another person's run is not named: its address is the key to it.
    expect(shown.cachedFrom?.id).toBe(again.id);
    expect(value(await readRunNotebook(ctx, again)).bytes).toBeGreaterThan(0);
  });

  test("gives somebody who has the answer that run again, and keeps nothing new", async () => {
    const values = unseen();
    const one = visitor();
    const first = value(await start(world.as(one), values));
    await finishNext();
    expect(value(await start(world.as(one), values))).toMatchObject({ id: first.id, state: "done", cached: true, claimUrl: null });
    const ctx = world.as(person(ada, "ada"));
    const answer = value(await start(ctx, values));
    expect(answer.id).not.toBe(first.id);
    const rows = async () => (await world.database.connection.db.execute(sql`select (select count(*) from runs) + (select count(*) from run_cells) as n`))[0];
    const before = await rows();
    for (let time = 0; time < 3; time++) expect(value(await start(ctx, values)).id).toBe(answer.id);
    expect(await rows()).toEqual(before);
  });

  test("keeps no cells for an answer: it refers to those of its source, in figures and events too", async () => {
    const values = unseen();
    value(await start(world.as(person(ada, "ada")), values));
    await finishNext();
    const answer = value(await start(world.as(visitor()), values));
    const [own] = await world.database.connection.db.execute(sql`select count(*)::int as cells from run_cells where run_id = ${answer.id}`);
    expect(own).toEqual({ cells: 0 });
    expect(await world.store.listRunCells(answer.id)).toEqual([textCell(1, "42\n")]);
    expect(await world.store.findRunOutput(answer.id, 1, 0)).toMatchObject({ text: "42\n" });
  });

  test("answers a person for ever, also when it was a visitor who computed it", async () => {
    const values = unseen();
    const someone = visitor();
    const source = value(await start(world.as(someone), values));
    await finishNext();
    const ctx = world.as(person(ada, "ada"));
    const answer = value(await start(ctx, values));
    const late = value(await start(world.as(visitor()), values));
    const lateKey = new URL(late.claimUrl ?? "").searchParams.get("key") ?? "";
    value(await claimRun(world.as(person(bob, "bob")), { ...late, key: lateKey }));
    world.clock.offsetMs = 8 * 86_400_000;
    const sweep = { ...world.services, checkouts: { sweep: async () => {} } as never };
    await sweepOnce(sweep);
    await sweepOnce(sweep);
    for (const ctxOf of [world.as(someone), world.as(visitor())]) expect(code(await showRun(ctxOf, source))).toBe("not_found");
    const places = [
      { reader: ctx, run: answer },
      { reader: world.as(person(bob, "bob")), run: late },
    ];
    for (const { reader, run } of places) {
      expect(value(await showRun(reader, run)).cells).toEqual([textCell(1, "42\n")]);
      expect(value(await readRunNotebook(reader, run)).bytes).toBe(12);
    }
    // In their homes, not only by way of the source.
    const homes = await readdir(path.join(world.folder, "homes"), { recursive: true });
    for (const { run } of places) expect(homes.filter((file) => file.includes(run.id) && file.endsWith("notebook.ipynb"))).toHaveLength(1);
    world.clock.offsetMs = 0;
  });

  test("of visitors alone goes with the last of them", async () => {
    const values = unseen();
    const source = value(await start(world.as(visitor()), values));
    await finishNext();
    const answer = value(await start(world.as(visitor()), values));
    world.clock.offsetMs = 8 * 86_400_000;
    const sweep = { ...world.services, checkouts: { sweep: async () => {} } as never };
    await sweepOnce(sweep);
    await sweepOnce(sweep);
    for (const { id } of [source, answer]) expect(await world.store.findRun(id)).toBeNull();
    expect(await world.services.storage.listRunFiles({ username: null, worksheetSlug: "drift", runId: source.id, queuedAt: new Date() })).toEqual([]);
    world.clock.offsetMs = 0;
  });

  test("is passed by when asked afresh, and by other values", async () => {
    const values = unseen();
    const ctx = world.as(person(ada, "ada"));
    value(await start(ctx, values));
    await finishNext();
    for (const started of [await start(ctx, values, true), await start(ctx, unseen())]) {
      expect(value(started)).toMatchObject({ state: "queued", cached: false });
      value(await cancelRun(ctx, value(started)));
    }
  });

  test("knows a file by its content, not by its upload", async () => {
    const ctx = world.as(person(ada, "ada"));
    const bytes = new TextEncoder().encode("a,b\n1,2\n");
    const send = async (content: Uint8Array) => value(await uploadFile(ctx, { name: "mine.csv", bytes: content }));
    const values = async (content: Uint8Array) => ({ data: { upload: (await send(content)).id, name: "mine.csv" } });
    value(await start(ctx, await values(bytes)));
    await finishNext();
    expect(value(await start(ctx, await values(bytes))).cached).toBe(true);
    const other = value(await start(ctx, await values(new TextEncoder().encode("a,b\n3,4\n"))));
    expect(other.cached).toBe(false);
    value(await cancelRun(ctx, other));
  });
});

describe("uploads", () => {
  test("serve whoever sent them alone", async () => {
    const bytes = new TextEncoder().encode("x");
    const one = visitor();
    const mine = value(await uploadFile(world.as(one), { name: "C:\\data\\mine.csv", bytes }));
    expect(mine).toMatchObject({ name: "mine.csv", newVisitor: null });
    const values = { data: { upload: mine.id, name: "mine.csv" } };
    for (const actor of [visitor(), visitor(null), person(bob, "bob")]) {
      expect(await start(world.as(actor), values)).toMatchObject({ ok: false, failure: { code: "invalid", fields: { data: expect.any(String) } } });
    }
    value(await cancelRun(world.as(one), value(await start(world.as(one), values))));
  });

  test("are bounded by the site and by the parameter, and need an ordinary name", async () => {
    const one = world.as(visitor());
    expect(code(await uploadFile(one, { name: "a.csv", bytes: new Uint8Array(world.services.config.visitor.uploadBytes + 1) }))).toBe("too_large");
    expect(code(await uploadFile(one, { name: "../..", bytes: new Uint8Array(1) }))).toBe("invalid");
    const large = value(await uploadFile(one, { name: "a.csv", bytes: new Uint8Array(2000) }));
    expect(await start(one, { data: { upload: large.id, name: "a.csv" } })).toMatchObject({
      ok: false,
      failure: { fields: { data: expect.stringContaining("too large") } },
    });
  });
});

describe("room for uploads", () => {
  const file = (fill: number, bytes: number) => ({ name: `${fill}.csv`, bytes: new Uint8Array(bytes).fill(fill) });
  const small = (ctx: Context): Context => ({
    ...ctx,
    config: { ...ctx.config, visitor: { ...ctx.config.visitor, uploadBytes: 100 }, person: { ...ctx.config.person, uploadBytes: 100 } },
  });

  test("is bounded for a browser and a person, whatever they send at once", async () => {
    for (const actor of [visitor(newId("visitor"), "203.0.113.1"), person(bob, "bob")]) {
      const ctx = small(world.as(actor));
      const sent = await Promise.all(Array.from({ length: 14 }, (_, n) => uploadFile(ctx, file(n, 100))));
      expect(sent.map(code).sort()).toEqual([...Array.from({ length: 10 }, () => "ok"), ...Array.from({ length: 4 }, () => "too_many")]);
      expect(code(await admitUpload(ctx))).toBe("too_many");
    }
  });

  test("is bounded for an address, however many names it uses", async () => {
    const ctx = () => small(world.as(visitor(null, "203.0.113.2")));
    const codes = [];
    for (let n = 0; n < 102; n++) codes.push(code(await uploadFile(ctx(), file(n, 100))));
    expect(codes.filter((one) => one === "ok")).toHaveLength(100);
    expect(code(await admitUpload(ctx()))).toBe("too_many");
  });

  test("is not taken by the same file twice", async () => {
    const ctx = small(world.as(visitor(newId("visitor"), "203.0.113.3")));
    const first = value(await uploadFile(ctx, file(1, 100)));
    for (let n = 0; n < 12; n++) expect(value(await uploadFile(ctx, file(1, 100))).id).toBe(first.id);
    expect(value(await uploadFile(ctx, { ...file(1, 100), name: "other.csv" })).id).not.toBe(first.id);
  });
});

test("a person's home is told by what their runs left, without opening a file", async () => {
  const eve = await world.user("eve");
  const storage = { ...world.services.storage, homeUsage: () => Promise.reject(new Error("not asked")) };
  const ctx = { ...world.as(person(eve, "eve")), storage };
  expect(value(await showMe(ctx)).home).toMatchObject({ usedBytes: 0 });
  value(await start(ctx, unseen()));
  await finishNext();
  expect(value(await showMe(ctx)).home).toEqual({ usedBytes: 12, limitBytes: world.services.config.person.homeBytes });
});

describe("cancelling", () => {
  test("ends a queued run at once, and asks the engine for one it has", async () => {
    const ctx = world.as(person(ada, "ada"));
    const queued = value(await start(ctx, unseen()));
    expect(value(await cancelRun(ctx, queued)).state).toBe("cancelled");
    expect(value(await showRun(ctx, queued))).toMatchObject({ state: "cancelled", lastEvent: 1 });
    const heard: string[] = [];
    const listener = await world.store.listen("run_cancel", (id) => heard.push(id));
    const running = value(await start(ctx, unseen()));
    const engine = await world.take();
    expect(value(await cancelRun(ctx, running)).state).toBe("starting");
    await expect.poll(() => heard).toContain(running.id);
    expect((await world.store.findRun(running.id))?.cancelRequested).toBe(true);
    await engine.finish();
    expect(value(await cancelRun(ctx, running)).state).toBe("done");
    await listener.close();
  });

  test("is refused to everybody else: 403 who may read, 404 who may not", async () => {
    const one = visitor();
    const shared = value(await start(world.as(one), unseen()));
    for (const actor of [visitor(), visitor(null), person(bob, "bob")]) expect(code(await cancelRun(world.as(actor), shared))).toBe("forbidden");
    value(await cancelRun(world.as(one), shared));
    const mine = value(await start(world.as(person(ada, "ada")), unseen()));
    for (const actor of [visitor(), person(bob, "bob"), person(author, "author", "admin")])
      expect(code(await cancelRun(world.as(actor), mine))).toBe("not_found");
    expect(code(await cancelRun(world.as(byToken(ada, "ada", ["runs:read"])), mine))).toBe("forbidden");
    value(await cancelRun(world.as(byToken(ada, "ada", ["runs:read", "runs:write"])), mine));
  });
});

describe("reading", () => {
  test("a person's run is theirs until it is shared, and again after", async () => {
    const mine = world.as(person(ada, "ada"));
    const run = value(await start(mine, unseen()));
    await finishNext();
    const others = [visitor(), person(bob, "bob"), person(author, "author", "admin"), byToken(bob, "bob")].map((actor) => world.as(actor));
    for (const ctx of others) {
      expect(code(await showRun(ctx, run))).toBe("not_found");
      expect(code(await openRunFile(ctx, { ...run, path: "notebook.ipynb" }))).toBe("not_found");
      expect(code(await shareRun(ctx, { ...run, shared: true }))).toBe("not_found");
    }
    expect(value(await shareRun(mine, { ...run, shared: true }))).toMatchObject({ shared: true });
    for (const ctx of others) {
      expect(value(await showRun(ctx, run)).owner).toBe("someone");
      expect(code(await shareRun(ctx, { ...run, shared: false }))).toBe("forbidden");
    }
    value(await shareRun(mine, { ...run, shared: false }));
    for (const ctx of others) expect(code(await showRun(ctx, run))).toBe("not_found");
  });

  test("a traceback is the author's alone", async () => {
    const ctx = world.as(person(ada, "ada"));
    const run = value(await start(ctx, unseen()));
    const error = { output_type: "error" as const, ename: "ValueError", evalue: "no", traceback: ["line 1: secret_source"] };
    await (await world.take()).finish([{ index: 1, outputs: [error], executionCount: 1, durationMs: 1 }]);
    expect(JSON.stringify(value(await showRun(ctx, run)))).not.toContain("secret_source");
    value(await shareRun(ctx, { ...run, shared: true }));
    expect(JSON.stringify(value(await showRun(world.as(person(author, "author", "author")), run)))).toContain("secret_source");
  });

  test("what is no id answers like none", async () => {
    for (const id of ["", "run_", "../../etc/passwd", newId("run")]) expect(code(await showRun(world.as(visitor()), { id }))).toBe("not_found");
  });
});

describe("claiming", () => {
  test("by the key moves the run and its files; the key works once", async () => {
    const one = visitor();
    const run = value(await start(world.as(one), unseen()));
    await finishNext();
    const key = new URL(run.claimUrl ?? "").searchParams.get("key") ?? "";
    expect(code(await claimRun(world.as(one), { ...run, key }))).toBe("unauthenticated");
    expect(code(await claimRun(world.as(person(bob, "bob")), { ...run, key: "wrong" }))).toBe("not_found");
    value(await claimRun(world.as(person(bob, "bob")), { ...run, key }));
    value(await claimRun(world.as(person(bob, "bob")), { ...run, key }));
    expect(code(await claimRun(world.as(person(ada, "ada")), { ...run, key }))).toBe("not_found");
    expect(value(await showRun(world.as(person(bob, "bob")), run))).toMatchObject({ owner: "you", expiresAt: null });
    expect(value(await readRunNotebook(world.as(person(bob, "bob")), run)).name).toMatch(/^drift-.*\.ipynb$/);
    expect(value(await listMyRuns(world.as(one))).items).toEqual([]);
    expect(value(await listMyRuns(world.as(person(bob, "bob")))).items.map((card) => card.id)).toContain(run.id);
  });

  test("by the browser that ran takes all of its runs, and no other's", async () => {
    const one = visitor();
    const runs = [];
    for (let n = 0; n < 3; n++) {
      runs.push(value(await start(world.as(one), unseen())).id);
      await finishNext();
    }
    const other = value(await start(world.as(visitor()), unseen()));
    await finishNext();
    const carol = await world.user("carol");
    const ctx = world.as(person(carol, "carol"));
    expect(value(await claimVisitorRuns(ctx, { visitorId: one.visitorId })).claimed).toBe(3);
    expect(value(await listMyRuns(ctx)).items.map((card) => card.id)).toEqual(runs.toReversed());
    expect(code(await claimRun(ctx, { id: other.id, visitorId: one.visitorId }))).toBe("not_found");
  });

  test("while it runs leaves its files with the new owner", async () => {
    const run = value(await start(world.as(visitor()), unseen()));
    const engine = await world.take();
    const ctx = world.as(person(bob, "bob"));
    value(await claimRun(ctx, { ...run, key: new URL(run.claimUrl ?? "").searchParams.get("key") ?? "" }));
    await engine.finish();
    expect(code(await readRunNotebook(ctx, run))).toBe("ok");
  });
});

describe("my runs", () => {
  test("are paged so that new ones shift nothing", async () => {
    const dora = await world.user("dora");
    const ctx = world.as(person(dora, "dora"));
    const ids = [];
    for (let n = 0; n < 5; n++) {
      ids.unshift(value(await start(ctx, unseen())).id);
      await finishNext();
    }
    const first = value(await listMyRuns(ctx, { limit: 2 }));
    value(await start(ctx, unseen()));
    await finishNext();
    const second = value(await listMyRuns(ctx, { limit: 2, cursor: first.next ?? "" }));
    const third = value(await listMyRuns(ctx, { limit: 2, cursor: second.next ?? "" }));
    expect([...first.items, ...second.items, ...third.items].map((card) => card.id)).toEqual(ids);
    expect(third.next).toBeNull();
    expect(code(await listMyRuns(ctx, { cursor: "nonsense" }))).toBe("invalid");
    expect(code(await listMyRuns(world.as(byToken(dora, "dora", ["runs:write"]))))).toBe("forbidden");
    expect(value(await showMe(ctx))).toMatchObject({ person: { username: "dora" }, running: 0 });
  });
});
