import net from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { randomText } from "#server/ids.ts";
import { createLogger } from "#server/log.ts";
import { issueLabTicket } from "#server/usecases/issue-lab-ticket.ts";
import {
  as,
  ask,
  cookie,
  enter,
  lab,
  lines,
  listen,
  newLab,
  openGateway,
  originOf,
  owner,
  session,
  untilTrue,
  upgradeStatus,
  upstream,
  visitLabs,
  world,
} from "#tests/lab-visit.ts";
import { byToken, code, person, value, visitor } from "#tests/world.ts";
import { createLabDoor } from "./lab-door.ts";
import { createGateway, type Gateway } from "./server.ts";

visitLabs();

describe("the way in", () => {
  test("is a ticket that becomes a cookie of that host alone", async () => {
    const { url } = value(await issueLabTicket(as(session), { id: lab.id }));
    expect(url).toMatch(new RegExp(`^${originOf(lab)}/\\.sheaf/enter\\?ticket=[0-9a-z]{32}&next=%2Flab$`));
    const answer = await ask({ path: url.slice(originOf(lab).length), cookie: "" });
    expect(answer).toMatchObject({ status: 303, headers: { location: "/lab", "referrer-policy": "no-referrer", "cache-control": "no-store" } });
    expect(answer.headers["set-cookie"]).toHaveLength(1);
    expect(answer.headers["set-cookie"]?.[0]).toMatch(/^sheaf-lab=[^;]+; Path=\/; HttpOnly; SameSite=Strict$/);
  });
  test("opens once, however many ask at the same time", async () => {
    const { url } = value(await issueLabTicket(as(session), { id: lab.id }));
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask({ path: url.slice(originOf(lab).length), cookie: "" })));
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 403, 403, 403, 403, 403, 403, 403]);
    expect(await ask({ path: url.slice(originOf(lab).length), cookie })).toMatchObject({ status: 303 });
  });
  test("is not kept in readable form, and not for long", async () => {
    const { url } = value(await issueLabTicket(as(session), { id: lab.id }));
    const ticket = new URL(url).searchParams.get("ticket") ?? "";
    const [row] = await world.database.connection.client`select count(*)::int as found from lab_tickets where ticket_hash like ${`%${ticket}%`}`;
    expect(row?.found).toBe(0);
    await world.database.connection.client`update lab_tickets set expires_at = now() - interval '1 second'`;
    expect(await ask({ path: url.slice(originOf(lab).length), cookie: "" })).toMatchObject({ status: 403 });
  });
  test("of one lab opens no other", async () => {
    const other = await newLab(owner);
    const { url } = value(await issueLabTicket(as(session), { id: lab.id }));
    expect(await ask({ path: url.slice(originOf(lab).length), lab: other, cookie: "" })).toMatchObject({ status: 403 });
    expect(await ask({ path: "/", lab: other })).toMatchObject({ status: 401 });
    expect(await ask({ path: "/", lab: other, cookie: cookie.replace(lab.label, other.label) })).toMatchObject({ status: 401 });
  });
  test("is given to its owner in a signed-in browser, and to nobody else", async () => {
    const stranger = await world.user(`eve${randomText(6)}`, "author");
    const administrator = await world.user(`adm${randomText(6)}`, "admin");
    expect(code(await issueLabTicket(world.as(person(stranger, "eve", "author")), { id: lab.id }))).toBe("not_found");
    expect(code(await issueLabTicket(world.as(person(administrator, "adm", "admin")), { id: lab.id }))).toBe("not_found");
    expect(code(await issueLabTicket(world.as(visitor()), { id: lab.id }))).toBe("not_found");
    expect(code(await issueLabTicket(world.as(byToken(owner, "ada")), { id: lab.id }))).toBe("forbidden");
    expect(code(await issueLabTicket(as(session), { id: "lab_nothing" }))).toBe("not_found");
  });
  test("is shut to pages elsewhere, and to anything but reading", async () => {
    const { url } = value(await issueLabTicket(as(session), { id: lab.id }));
    const path = url.slice(originOf(lab).length);
    expect(await ask({ path, cookie: "", headers: { "sec-fetch-site": "cross-site" } })).toMatchObject({ status: 403 });
    expect(await ask({ path, cookie: "", method: "POST", headers: { origin: originOf(lab) } })).toMatchObject({ status: 404 });
    expect(await ask({ path: "/.sheaf/x" })).toMatchObject({ status: 404 });
  });
  test("is not written into any log", async () => {
    const { url } = value(await issueLabTicket(as(session), { id: lab.id }));
    await ask({ path: url.slice(originOf(lab).length), cookie: "" });
    await untilTrue(() => lines.some((line) => line.includes("/.sheaf/enter")));
    expect(lines.join("\n")).not.toContain(new URL(url).searchParams.get("ticket"));
    expect(lines.join("\n")).not.toContain("labsecret");
  });
});

describe("without a way in", () => {
  test.each(["", "sheaf-lab=x", "sheaf-lab=a.b.c.d", "next-auth.session-token=x"])("cookie %j: a page for people, a problem for programs", async (wrong) => {
    const page = await ask({ path: "/lab", cookie: wrong, headers: { accept: "text/html" } });
    expect(page).toMatchObject({ status: 401, headers: { "content-type": "text/html; charset=utf-8" } });
    expect(page.body).toContain("Open this lab from its project");
    const problem = await ask({ path: "/api/contents", cookie: wrong });
    expect(problem).toMatchObject({ status: 401, headers: { "content-type": "application/problem+json" } });
    expect(problem.headers["www-authenticate"]).toBeUndefined();
    expect(await upgradeStatus({ cookie: wrong })).toBe(401);
  });
  test("a changed cookie is no cookie", async () => {
    for (let index = "sheaf-lab=".length; index < cookie.length; index += 7) {
      const other = cookie[index] === "a" ? "b" : "a";
      expect((await ask({ path: "/", cookie: `${cookie.slice(0, index)}${other}${cookie.slice(index + 1)}` })).status).toBe(401);
    }
  });
  test("one that another lab's page set beside the true one changes nothing", async () => {
    expect((await ask({ path: "/", cookie: `sheaf-lab=${lab.label}.evil; ${cookie}` })).status).toBe(200);
    expect((await ask({ path: "/", cookie: `${cookie}; sheaf-lab=evil` })).status).toBe(200);
  });
  test("a host that no lab has answers like one that is somebody else's", async () => {
    expect((await ask({ path: "/", lab: { ...lab, label: "nobody" } })).status).toBe(401);
  });
});

describe("where labs share a second port", () => {
  let shared: Gateway;
  let sharedPort: number;
  beforeAll(async () => {
    const probe = net.createServer();
    sharedPort = await listen(probe);
    await new Promise((resolve) => probe.close(resolve));
    shared = openGateway("http://sheaf.localhost:3000", "port", sharedPort);
    await new Promise<void>((resolve) => shared.labServer?.listen(sharedPort, "127.0.0.1", resolve));
  });
  afterAll(() => shared.close());

  test("each has a folder, its cookie is for that folder, and the app's cookies stay outside", async () => {
    const config = { ...world.services.config, labs: { ...world.services.config.labs, hosts: "port" as const, port: sharedPort } };
    const { url } = value(await issueLabTicket({ ...as(session), config }, { id: lab.id, next: "lab/tree/a" }));
    expect(url).toContain(`http://sheaf.localhost:${sharedPort}/labs/${lab.label}/.sheaf/enter?ticket=`);
    const there = { port: sharedPort, headers: { host: `sheaf.localhost:${sharedPort}` } };
    const entered = await ask({ ...there, path: new URL(url).pathname + new URL(url).search, cookie: "" });
    expect(entered).toMatchObject({ status: 303, headers: { location: `/labs/${lab.label}/lab/tree/a` } });
    expect(entered.headers["set-cookie"]?.[0]).toContain(`Path=/labs/${lab.label}/;`);
    const own = entered.headers["set-cookie"]?.[0]?.split(";")[0] ?? "";
    expect(await ask({ ...there, path: `/labs/${lab.label}/api/x`, cookie: `${own}; next-auth.session-token=app` })).toMatchObject({ status: 200 });
    expect(upstream.seen.at(-1)).toMatchObject({ target: `/labs/${lab.label}/api/x` });
    expect(upstream.seen.at(-1)?.headers.cookie).toBeUndefined();
    expect((await ask({ ...there, path: "/labs/other/api/x", cookie: own })).status).toBe(401);
    expect((await ask({ ...there, path: "/api/x", cookie: own })).status).toBe(404);
  });
});

test("two cookies of one name of ours are asked for again without the false one", async () => {
  const answer = await ask({
    path: "/projects/x?a=1",
    headers: { host: "sheaf.localhost:3000" },
    cookie: "next-auth.session-token=a; next-auth.session-token=b",
  });
  expect(answer).toMatchObject({ status: 307, headers: { location: "http://sheaf.localhost:3000/projects/x?a=1" } });
  expect(answer.headers["set-cookie"]).toContain("next-auth.session-token=; Domain=sheaf.localhost; Path=/projects; Max-Age=0");
  const elsewhere = await ask({ path: "//evil.example/", headers: { host: "sheaf.localhost:3000" }, cookie: "sheaf_visitor=a; sheaf_visitor=b" });
  expect(elsewhere.headers.location).toBe("http://sheaf.localhost:3000//evil.example/");
});

test("what is known goes on while the database is away", async () => {
  let isAway = false;
  const unless =
    <A extends unknown[], R>(work: (...given: A) => Promise<R>) =>
    async (...given: A) =>
      isAway ? Promise.reject(new Error("away")) : work(...given);
  const { store } = world;
  const door = createLabDoor({
    store: {
      findLabByLabel: unless(store.findLabByLabel),
      findLiveSession: unless(store.findLiveSession),
      redeemLabTicket: unless(store.redeemLabTicket),
      listen: store.listen,
    },
    secret: world.services.config.secret ?? "",
    publicUrl: world.services.config.publicUrl,
    log: createLogger("test", "fatal"),
  });
  const own = createGateway({
    site: { publicUrl: "http://sheaf.localhost:3000", port: 3000, development: false, uploadBytes: 1, labs: { hosts: "wildcard", port: 0, bodyBytes: 1e6 } },
    webPort: 1,
    trustedProxies: 0,
    health: () => ({ status: "ready", live: true, ready: true, parts: {} }),
    labs: door,
    labFrames: "",
    log: createLogger("test", "fatal"),
  });
  const ownPort = await listen(own.server);
  expect((await ask({ path: "/", port: ownPort })).status).toBe(200);
  isAway = true;
  await world.store.notify("lab_changed", lab.id);
  await world.store.notify("session_revoked", session);
  await pause(200);
  expect((await ask({ path: "/", port: ownPort })).status).toBe(200);
  const other = await newLab(owner);
  isAway = false;
  const otherCookie = await enter(other, session);
  isAway = true;
  expect((await ask({ path: "/", lab: other, cookie: otherCookie, port: ownPort })).status).toBe(503);
  await own.close();
});
