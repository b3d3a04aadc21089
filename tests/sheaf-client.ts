import { Agent, type Dispatcher, request } from "undici";
import type { NumberedRunEvent, Page, RunView, WorksheetCard } from "#lib/domain/worksheet.ts";

/**
 * A program or a browser without pages: speaks to the server's public name over the loopback address,
 * keeps cookies, and may pretend to come from an address of its own (the server trusts one proxy in tests).
 */
export type SheafClient = ReturnType<typeof createClient>;
export type Answer = { readonly status: number; readonly headers: Record<string, string | string[] | undefined>; readonly text: string };
export type ClientOptions = { readonly port: number; readonly publicUrl: string; readonly token?: string; readonly address?: string };

const agent = new Agent({ connections: 256, pipelining: 1, bodyTimeout: 600_000, headersTimeout: 120_000 });

export function createClient({ port, publicUrl, token, address }: ClientOptions) {
  const cookies = new Map<string, string>();
  const headers = (more: Readonly<Record<string, string>> = {}): Record<string, string> => ({
    host: new URL(publicUrl).host,
    ...(token ? { authorization: `Bearer ${token}` } : {}),
    ...(address ? { "x-forwarded-for": address } : {}),
    ...(cookies.size > 0 ? { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; ") } : {}),
    ...more,
  });

  async function open(method: Dispatcher.HttpMethod, path: string, body?: string, more: Readonly<Record<string, string>> = {}) {
    const answer = await request(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: headers(more),
      dispatcher: agent,
      ...(body === undefined ? {} : { body }),
    });
    for (const line of [answer.headers["set-cookie"] ?? []].flat()) {
      const [pair = ""] = line.split(";");
      const at = pair.indexOf("=");
      if (/max-age=0|expires=thu, 01 jan 1970/i.test(line)) cookies.delete(pair.slice(0, at));
      else cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return answer;
  }

  async function send(method: Dispatcher.HttpMethod, path: string, body?: unknown, more: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const json = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
    const type: Record<string, string> = json === undefined ? {} : { "content-type": "application/json" };
    // A browser's state changes carry their origin; a cookie alone must never be enough.
    const origin: Record<string, string> = method === "GET" ? {} : { origin: publicUrl };
    const answer = await open(method, path, json, { ...type, ...origin, ...more });
    return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() };
  }

  /** The answer's JSON; an unexpected status is told with the body. */
  async function json<T>(method: Dispatcher.HttpMethod, path: string, body?: unknown): Promise<T> {
    const answer = await send(method, path, body);
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${answer.text.slice(0, 500)}`);
    return JSON.parse(answer.text) as T;
  }

  return {
    cookies,
    headers,
    send,
    json,
    worksheets: (query = "") => json<Page<WorksheetCard>>("GET", `/api/v1/worksheets${query}`),
    startRun: (worksheetId: string, values: Readonly<Record<string, unknown>> = {}, fresh = false) =>
      json<{ id: string; state: string; url: string; claimUrl: string | null; cached: boolean }>("POST", `/api/v1/worksheets/${worksheetId}/runs`, {
        values,
        fresh,
      }),
    run: (id: string) => json<RunView>("GET", `/api/v1/runs/${id}`),
    /** Reads events as they come until the server says that it was the last. */
    async *follow(id: string, after = 0): AsyncGenerator<NumberedRunEvent> {
      const answer = await open("GET", `/api/v1/runs/${id}/events?after=${after}`, undefined, { accept: "text/event-stream" });
      if (answer.statusCode !== 200) throw new Error(`events of ${id}: ${answer.statusCode} ${await answer.body.text()}`);
      let rest = "";
      for await (const chunk of answer.body.setEncoding("utf8")) {
        const blocks = (rest + String(chunk)).split("\n\n");
        rest = blocks.pop() ?? "";
        for (const block of blocks) {
          if (/^event: ?end$/m.test(block)) return;
          const data = /^data: ?(.*)$/m.exec(block)?.[1];
          if (data) yield { seq: Number(/^id: ?(\d+)$/m.exec(block)?.[1] ?? 0), event: JSON.parse(data) };
        }
      }
    },
    async finish(id: string): Promise<RunView> {
      for await (const _ of this.follow(id));
      return this.run(id);
    },
    /** Signs in as a browser's form does. */
    async signIn(username: string, password: string): Promise<void> {
      const { csrfToken } = await json<{ csrfToken: string }>("GET", "/api/auth/csrf");
      const form = new URLSearchParams({ csrfToken, username, password, json: "true" }).toString();
      const answer = await send("POST", "/api/auth/callback/credentials", form, { "content-type": "application/x-www-form-urlencoded" });
      if (answer.status >= 400 || ![...cookies.keys()].some((name) => name.endsWith("session-token")))
        throw new Error(`Signing in failed: ${answer.status} ${answer.text.slice(0, 300)}`);
    },
  };
}
