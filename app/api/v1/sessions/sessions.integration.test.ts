import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { z } from "zod";
import type { EngineId, LabId } from "#lib/domain/ids.ts";
import type { LabView, RunningThing } from "#lib/domain/lab.ts";
import type { Level, TokenScope } from "#lib/domain/person.ts";
import { type Operation, operations } from "#server/next/api/operations.ts";
import { problem as problemSchema } from "#server/next/api/schemas.ts";
import { openWebWith } from "#server/next/services.ts";
import { createSessionCache } from "#server/usecases/authenticate-session.ts";
import { createProject } from "#server/usecases/create-project.ts";
import { createToken } from "#server/usecases/create-token.ts";
import { createWorld, person, type TestWorld, value } from "#tests/world.ts";

type Handler = (request: Request, context: { params: Promise<Record<string, string>> }) => Promise<Response>;
const engineId = "test-engine" as EngineId;
let world: TestWorld;
let project: string;
const tokens = new Map<string, string>();

beforeAll(async () => {
  world = await createWorld({ SHEAF_LABS_PER_PERSON: "1" });
  openWebWith({ services: { ...world.services, close: async () => {} }, sessions: await createSessionCache(world.services) });
  const token = async (name: string, level: Level, scopes: TokenScope[]): Promise<void> => {
    const ctx = world.as(person(await world.user(name, level), name, level));
    tokens.set(name, value(await createToken(ctx, { name: "t", scopes, days: 1 })).token);
    if (name === "ada") project = value(await createProject(ctx, { title: "Ferns", type: "notebook", visibility: "public" })).id;
  };
  await token("ada", "author", ["projects:write", "runs:read"]);
  await token("bob", "author", ["projects:write", "runs:read"]);
  await token("reader", "reader", ["runs:read"]);
  await token("chief", "admin", ["admin", "projects:write", "runs:read"]);
  await world.engine();
});
afterAll(() => world.close());

/** By the operation's own route; whatever comes back is what the document says comes back. */
async function send(operation: Operation, as: string | null, id = "", query = ""): Promise<Response> {
  const file = path.join(import.meta.dirname, "..", `${operation.path.replace(/\{(\w+)\}/g, "[$1]")}/route.ts`);
  const handle = ((await import(file)) as Record<string, Handler>)[operation.method.toUpperCase()];
  const headers = { "x-forwarded-for": "192.0.2.7", ...(as === null ? {} : { authorization: `Bearer ${tokens.get(as)}` }) };
  const request = new Request(`http://sheaf.localhost:3000/api/v1${operation.path}${query}`, { method: operation.method.toUpperCase(), headers });
  const response = await handle?.(request, { params: Promise.resolve({ id }) });
  if (!response) throw new Error(`${operation.path} has no handler`);
  if (response.status >= 400) problemSchema.parse(await response.clone().json());
  else if (operation.answer.type === "application/json") {
    expect(response.status).toBe(operation.answer.status);
    (operation.answer.schema as z.ZodType).parse(await response.clone().json());
  }
  return response;
}
const status = async (...given: Parameters<typeof send>): Promise<number> => (await send(...given)).status;
const lab = async (...given: Parameters<typeof send>): Promise<LabView> => (await (await send(...given)).json()) as LabView;
const running = async (as: string, query = ""): Promise<RunningThing[]> =>
  ((await (await send(operations.listRunning, as, "", query)).json()) as { items: RunningThing[] }).items;

describe("labs in the API", () => {
  test("are opened by those who may write the project", async () => {
    expect(await status(operations.openLab, null, project)).toBe(401);
    expect(await status(operations.openLab, "bob", project)).toBe(403);
    expect(await status(operations.openLab, "ada", "no-such-project")).toBe(404);
    expect(await status(operations.openHomeLab, "reader")).toBe(403);
    const response = await send(operations.openLab, "ada", project);
    const opened = (await response.json()) as LabView;
    expect(response.headers.get("location")).toBe(`/api/v1/sessions/${opened.id}`);
    expect(opened).toMatchObject({ state: "queued", phase: "queued", project: { id: project }, owner: "ada" });
    expect((await lab(operations.openLab, "ada", project)).id).toBe(opened.id);
    expect(await status(operations.openHomeLab, "ada")).toBe(429);
  });

  test("are shown, followed, kept and listed for their person, and for nobody else", async () => {
    const { id } = await lab(operations.openLab, "ada", project);
    const lease = { labId: id as LabId, engineId, generation: 1 };
    expect((await world.store.claimLab(engineId))?.id).toBe(id);
    for (const operation of [operations.showLab, operations.stopLab, operations.keepLab, operations.followLab])
      expect(await status(operation, "bob", id)).toBe(404);

    const response = await send(operations.followLab, "ada", id);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let heard = "";
    const hear = async (text: string): Promise<void> => {
      while (!heard.includes(text)) heard += (await reader?.read())?.value ?? "";
    };
    await hear('"state":"starting"');
    await world.store.changeLab(lease, {
      state: "ready",
      phase: "ready",
      usage: { memoryBytes: 5, limitBytes: 10, cpuSeconds: 1, cpus: 2 },
      secret: "never told",
    });
    await hear('"state":"ready"');
    await reader?.cancel();
    expect(heard).not.toContain("never told");

    expect(await running("ada")).toMatchObject([{ kind: "lab", lab: { id, usage: { memoryBytes: 5 } } }]);
    expect(await running("bob")).toEqual([]);
    expect(await status(operations.listRunning, "bob", "", "?all=1")).toBe(403);
    expect(await running("chief", "?all=1")).toMatchObject([{ kind: "lab", lab: { id, owner: "ada" } }]);
    await world.store.changeLab(lease, { stopsAt: new Date() });
    expect(await lab(operations.keepLab, "ada", id)).toMatchObject({ stopsAt: null });
    expect(await lab(operations.showLab, "ada", id)).toMatchObject({ stopsAt: null, state: "ready" });
  });

  test("are stopped by their person, told as stopping at once, and opened again as the same", async () => {
    const { id } = await lab(operations.openLab, "ada", project);
    expect(await lab(operations.stopLab, "ada", id)).toMatchObject({ state: "stopping" });
    const lease = { labId: id as LabId, engineId, generation: 1 };
    expect(await world.store.changeLab(lease, { state: "stopped", stopReason: "person" })).toBe(true);
    expect(await lab(operations.showLab, "ada", id)).toMatchObject({ state: "stopped", stopReason: "person" });
    expect(await status(operations.keepLab, "ada", id)).toBe(409);
    expect(await status(operations.stopLab, "ada", id)).toBe(202);
    expect(await lab(operations.openLab, "ada", project)).toMatchObject({ id, state: "queued", stopReason: null });
    // What the first start still says is nobody's news.
    expect(await world.store.changeLab(lease, { state: "failed" })).toBe(false);
    expect(await lab(operations.stopLab, "ada", id)).toMatchObject({ state: "stopped", stopReason: "person" });
  });

  test("are refused at once, with the reason, where no engine can start any", async () => {
    const { details } = (await world.store.listEngines(new Date(0)))[0] ?? {};
    if (!details) throw new Error("There is an engine.");
    const labs = { works: false, how: "Labs cannot be opened: there is no sandbox.", warm: false };
    await world.store.reportEngine(engineId, new Date(), new Date(), { ...details, labs });
    const refused = await send(operations.openLab, "ada", project);
    expect([refused.status, ((await refused.json()) as { detail: string }).detail]).toEqual([503, labs.how]);
  });
});
