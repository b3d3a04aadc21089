import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openEnvironments, openKernels } from "#server/container.ts";
import { type Engine, startEngine } from "#server/engine/engine.ts";
import { issueLabTicket } from "#server/usecases/issue-lab-ticket.ts";
import { startSession } from "#server/usecases/start-session.ts";
import { type LabSite, labSite } from "#tests/lab-site.ts";
import { siteOf } from "#tests/lab-visit.ts";
import { type RunningNginx, startNginx, whyNoNginx } from "#tests/nginx.ts";
import { person, value } from "#tests/world.ts";
import { createInternalServer } from "./internal-server.ts";
import { createLabDoor, type LabDoor } from "./lab-door.ts";
import { createGateway, type Gateway } from "./server.ts";

const missing = whyNoNginx();
const publicUrl = "http://sheaf.localhost:3000";

describe.skipIf(missing !== null)(`a real JupyterLab behind nginx${missing ? `: ${missing}` : ""}`, () => {
  let site: LabSite;
  let engine: Engine;
  let gateway: Gateway;
  let internal: http.Server;
  let nginx: RunningNginx;
  let folder: string;
  let direct = 0;
  let host = "";
  let cookie = "";

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "sheaf-nginx-lab-"));
    site = await labSite({ SHEAF_URL: publicUrl, SHEAF_SECRET: "a secret for tests, of forty characters!" });
    engine = await startEngine(site.services, await openKernels(site.config, site.log), await openEnvironments(site.config, site.log));
    const door = createLabDoor({ store: site.store, secret: site.config.secret ?? "", publicUrl, log: site.log });
    const counted: LabDoor = {
      ...door,
      async direct(decision, request) {
        const way = await door.direct(decision, request);
        if (way !== null) direct += 1;
        return way;
      },
    };
    gateway = createGateway({
      site: siteOf(publicUrl),
      webPort: 1,
      trustedProxies: 1,
      health: () => ({ status: "ready", live: true, ready: true, parts: {} }),
      labs: counted,
      labFrames: "",
      log: site.log,
    });
    await new Promise<void>((resolve) => gateway.server.listen(0, "127.0.0.1", resolve));
    internal = createInternalServer({ site: siteOf(publicUrl), labs: counted, log: site.log, metrics: async () => [] });
    const decisions = path.join(folder, "decide.sock");
    await new Promise<void>((resolve) => internal.listen(decisions, resolve));
    nginx = await startNginx({ publicUrl, gateway: `127.0.0.1:${(gateway.server.address() as AddressInfo).port}`, decisions: `unix:${decisions}` });
    await enter();
  });
  afterAll(async () => {
    await nginx?.close();
    internal?.close();
    await gateway?.close();
    await engine?.stop();
    await site?.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** As a browser comes in: the lab is opened, a ticket becomes a cookie of its host. */
  async function enter(): Promise<void> {
    const { lab } = await site.open(await site.project({ "notes.md": "# Notes\n" }));
    const sessionId = await startSession(site.services, { userId: site.owner.id, userAgent: null });
    const { url } = value(await issueLabTicket(site.as(person(site.owner.id, "ada", "author", sessionId)), { id: lab.id }));
    host = new URL(url).host;
    const answer = await ask("GET", url.slice(`http://${host}`.length));
    expect(answer.status).toBe(303);
    cookie = answer.headers["set-cookie"]?.[0]?.split(";")[0] ?? "";
  }

  async function ask(method: string, target: string, body?: string | Buffer, more: Record<string, string> = {}) {
    const headers = {
      host,
      cookie,
      ...(body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)), origin: `http://${host}` }),
      ...more,
    };
    const request = http.request({ host: "127.0.0.1", port: nginx.port, method, path: target, headers, agent: false });
    request.end(body);
    const [response] = (await once(request, "response")) as [http.IncomingMessage];
    const pieces: Buffer[] = [];
    for await (const piece of response) pieces.push(piece as Buffer);
    return { status: response.statusCode ?? 0, headers: response.headers, bytes: Buffer.concat(pieces) };
  }

  test("shows its page, gives its programs and files, and takes files: what may be large directly, its page and small answers by the gateway", async () => {
    const page = await ask("GET", "/lab", undefined, { accept: "text/html", "sec-fetch-mode": "navigate" });
    expect([page.status, direct]).toEqual([200, 0]);
    expect(page.headers["content-security-policy"]).toContain(`frame-ancestors ${publicUrl}`);
    const script = /(?:src|href)="(\/static\/lab\/[^"]+\.js[^"]*)"/.exec(page.bytes.toString())?.[1] ?? "";
    const loaded = await ask("GET", script);
    expect([loaded.status, direct]).toEqual([200, 1]);
    expect(loaded.bytes.length).toBeGreaterThan(1000);
    expect(JSON.parse((await ask("GET", "/api/contents/notes.md")).bytes.toString())).toMatchObject({ content: "# Notes\n" });
    const content = Buffer.alloc(3_000_000, "abc").toString("base64");
    const saved = await ask("PUT", "/api/contents/large.bin", JSON.stringify({ type: "file", format: "base64", content }), {
      "content-type": "application/json",
    });
    expect([saved.status, direct]).toEqual([201, 2]);
    const back = await ask("GET", "/files/large.bin");
    expect([back.status, back.bytes.length, direct]).toEqual([200, 3_000_000, 3]);
    expect(back.headers["set-cookie"]).toBeUndefined();
  });

  test("starts a kernel, and its socket is the gateway's", async () => {
    const started = await ask("POST", "/api/kernels", JSON.stringify({ name: "python3" }), { "content-type": "application/json" });
    expect(started.status).toBe(201);
    const { id } = JSON.parse(started.bytes.toString()) as { id: string };
    const before = direct;
    const upgrade = { connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "13", "sec-websocket-key": "c2hlYWYgaW4gYSB0ZXN0IQ==" };
    const request = http.get({
      host: "127.0.0.1",
      port: nginx.port,
      path: `/api/kernels/${id}/channels`,
      headers: { host, cookie, origin: `http://${host}`, ...upgrade },
      agent: false,
    });
    const [response, socket] = await once(request, "upgrade");
    expect([response.statusCode, direct]).toEqual([101, before]);
    socket.destroy();
  });
});
