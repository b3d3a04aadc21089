import { readdir } from "node:fs/promises";
import path from "node:path";
import { expect } from "vitest";
import type { z } from "zod";
import { openApiDocument } from "#server/next/api/openapi.ts";
import { type Operation, operations } from "#server/next/api/operations.ts";
import { problem as problemSchema } from "#server/next/api/schemas.ts";
import { openWebWith } from "#server/next/services.ts";
import { sessionToken } from "#server/next/session-token.ts";
import { createSessionCache } from "#server/usecases/authenticate-session.ts";
import { createToken } from "#server/usecases/create-token.ts";
import { startSession } from "#server/usecases/start-session.ts";
import { createWorld, person, value } from "#tests/world.ts";

type Handler = (request: Request, context: { params: Promise<Record<string, string | string[]>> }) => Promise<Response>;
export type Route = { readonly method: string; readonly path: string; readonly handle: Handler };

const folder = path.resolve("app/api/v1");
export const origin = "http://sheaf.localhost:3000";

type Send = {
  readonly params?: Record<string, string | string[]>;
  readonly query?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly form?: FormData;
};
export type ApiSite = Awaited<ReturnType<typeof createApiSite>>;

/** The API's own handlers over a world with one worksheet, "drift", and Ada, who has a browser and a token. */
export async function createApiSite() {
  const world = await createWorld();
  openWebWith({ services: { ...world.services, close: async () => {} }, sessions: await createSessionCache(world.services) });
  const routes = await findRoutes();
  const worksheet = await world.worksheet(await world.user("author", "author"), "drift", { tags: ["drift"] });
  const ada = await world.user("ada");
  const sessionId = await startSession(world.services, { userId: ada, userAgent: "test" });
  const adaCookie = `next-auth.session-token=${await sessionToken(world.services.config.secret ?? "", sessionId)}`;
  const scopes = ["worksheets:read", "runs:read", "runs:write"] as const;
  const adaToken = value(await createToken(world.as(person(ada, "ada")), { name: "t", scopes: [...scopes], days: 1 })).token;
  await world.engine();
  const send = (operation: Operation, given: Send = {}) => sendTo(routes, operation, given);
  let pop = 100;
  return {
    world,
    routes,
    worksheet,
    ada,
    adaCookie,
    adaToken,
    /** Asks, and holds the answer to the API's document. */
    send,
    asAda: () => ({ cookie: adaCookie, origin, "sec-fetch-site": "same-origin" }),
    bearer: (token = adaToken) => ({ authorization: `Bearer ${token}` }),
    /** Another value each time, so that nothing is answered from an earlier run. */
    startRun: (headers: Record<string, string> = {}, values: unknown = { pop: pop++ }) =>
      send(operations.startRun, { params: { id: worksheet.slug }, body: { values }, headers }),
  };
}

export const idOf = async (response: Response): Promise<string> => ((await response.json()) as { id: string }).id;

/** Every exported method of every route file. */
async function findRoutes(): Promise<Route[]> {
  const files = (await readdir(folder, { recursive: true })).filter((file) => path.basename(file) === "route.ts" && !file.startsWith("[...rest]"));
  const found = await Promise.all(
    files.map(async (file) => {
      const module = (await import(path.join(folder, file))) as Record<string, Handler>;
      const address = `/${path.dirname(file)}`.replace(/\[(?:\.\.\.)?(\w+)\]/g, "{$1}");
      return Object.entries(module).map(([method, handle]) => ({ method: method.toLowerCase(), path: address, handle }));
    }),
  );
  return found.flat();
}

async function sendTo(routes: readonly Route[], operation: Operation, { params = {}, query = "", body, headers = {}, form }: Send): Promise<Response> {
  const route = routes.find((one) => one.method === operation.method && one.path === operation.path);
  if (!route) throw new Error(`${operation.path} has no route`);
  const request = new Request(`${origin}/api/v1${operation.path}${query}`, {
    method: operation.method.toUpperCase(),
    headers: { "x-forwarded-for": "192.0.2.7", ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    ...(form ? { body: form } : {}),
  });
  const response = await route.handle(request, { params: Promise.resolve(params) });
  // A copy of a stream would go on when the reader of the first has gone.
  await checkAnswer(operation, operation.answer.type === "text/event-stream" && response.ok ? response : response.clone());
  return response;
}

/** Whatever comes back is what the document says comes back. */
async function checkAnswer(operation: Operation, response: Response): Promise<void> {
  if (response.status >= 400) {
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(problemSchema.parse(await response.json())).toMatchObject({ status: response.status });
    const documented =
      (openApiDocument(origin).paths as Record<string, Record<string, { responses: object }>>)[operation.path]?.[operation.method]?.responses ?? {};
    expect(Object.keys(documented)).toContain(String(response.status));
    return;
  }
  expect(response.status).toBe(operation.answer.status);
  if (operation.answer.type) expect(response.headers.get("content-type")).toContain(operation.answer.type);
  if (operation.answer.type === "application/json") (operation.answer.schema as z.ZodType).parse(await response.json());
}
