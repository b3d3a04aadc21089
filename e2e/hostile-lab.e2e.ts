import type { Frame } from "@playwright/test";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { expect, serverUrl, signOut, signUp, test } from "./fixtures.ts";
import { ask, findLab, type MadeProject, makeProject, openLab } from "./lab.ts";

/** What runs in a lab's page may be anybody's: everything here is tried from inside the real JupyterLab. */
let project: MadeProject;
let lab: Frame;
const app = () => serverUrl().origin;

test.beforeEach(async ({ page }) => {
  await signUp(page);
  project = await makeProject(page, `Hostile ${Math.random().toString(36).slice(2)}`);
  lab = await openLab(page, project.slug);
});
test.afterEach(async ({ page }) => {
  await page.goto("/about").catch(() => {});
  const open = await findLab(page, project.id).catch(() => null);
  if (open) await ask(page, "DELETE", routes.api.session(open.id)).catch(() => {});
});

test("a lab's page sees no cookie of ours, nothing of the page around it, and cannot lead it away", async ({ page }) => {
  const before = page.url();
  const reached = await lab.evaluate(async (address) => {
    const tried = async (work: () => unknown) => {
      try {
        return String(await work());
      } catch (error) {
        return `refused: ${(error as Error).name}`;
      }
    };
    const parentWindow = window.parent as Window;
    return {
      cookies: document.cookie,
      document: await tried(() => parentWindow.document.title),
      storage: await tried(() => parentWindow.localStorage.length),
      lead: await tried(() => {
        window.top?.location.assign("https://evil.example/");
        return "led away";
      }),
      read: await tried(async () => (await fetch(`${address}/api/v1/me`, { credentials: "include" })).text()),
      changed: await tried(
        async () =>
          (
            await fetch(`${address}/api/v1/projects`, {
              method: "POST",
              credentials: "include",
              mode: "no-cors",
              headers: { "content-type": "text/plain" },
              body: '{"title":"stolen"}',
            })
          ).type,
      ),
      page: await tried(async () => (await fetch(`${address}/projects`, { credentials: "include" })).text()),
    };
  }, app());
  expect(reached.cookies).not.toMatch(/next-auth|sheaf/);
  expect(reached).toMatchObject({
    document: expect.stringMatching(/^refused/),
    storage: expect.stringMatching(/^refused/),
    lead: expect.stringMatching(/^refused/),
    read: expect.stringMatching(/^refused/),
    page: expect.stringMatching(/^refused/),
  });
  await page.waitForTimeout(1000);
  expect(page.url()).toBe(before);
  const mine = await ask<{ items: readonly { title: string }[] }>(page, "GET", `${routes.api.projects()}?mine=1`);
  expect(JSON.stringify(mine.body), "the list is one's own").toContain(project.id);
  expect(JSON.stringify(mine.body)).not.toContain("stolen");
});

test("a lab's page can neither frame the app nor press its buttons by a form", async ({ page }) => {
  await lab.evaluate((address) => {
    const frame = document.createElement("iframe");
    frame.id = "framed";
    frame.src = `${address}/me`;
    document.body.append(frame);
    const form = document.createElement("form");
    Object.assign(form, { method: "post", action: `${address}/api/v1/projects`, target: "framed", enctype: "text/plain" });
    const field = document.createElement("input");
    Object.assign(field, { name: '{"title":"pressed","type":"notebook","x":"', value: '"}' });
    form.append(field);
    document.body.append(form);
    setTimeout(() => form.submit(), 500);
  }, app());
  await page.waitForTimeout(2500);
  const inner = page.frames().filter((frame) => frame.parentFrame() === lab && frame.url().startsWith(app()));
  for (const frame of inner) expect(await frame.locator("h1").count()).toBe(0);
  const mine = await ask<unknown>(page, "GET", `${routes.api.projects()}?mine=1`);
  expect(JSON.stringify(mine.body), "the list is one's own").toContain(project.id);
  expect(JSON.stringify(mine.body)).not.toContain("pressed");
});

test("cookies that a lab's page sets for the app's host change nothing", async ({ page, context }) => {
  const before = await ask<{ person: { username: string } }>(page, "GET", routes.api.me());
  const { hostname } = serverUrl();
  await lab.evaluate((domain) => {
    const jar = document as { cookie: string };
    for (const name of ["next-auth.session-token", "next-auth.csrf-token", "sheaf_visitor", "sheaf-lab"])
      for (const path of ["/", "/api", "/api/v1/me", "/me", "/projects"]) jar.cookie = `${name}=tossed; domain=${domain}; path=${path}`;
  }, hostname);
  const tossed = (await context.cookies()).filter(({ value }) => value === "tossed");
  expect(tossed.length, "the browser took them").toBeGreaterThan(0);
  const after = await ask<{ person: { username: string } | null }>(page, "GET", routes.api.me());
  expect(after.body.person?.username).toBe(before.body.person.username);
  await page.goto(routes.me());
  await expect(page.getByRole("heading", { level: 1, name: before.body.person.username })).toBeVisible();
  const kept = (await context.cookies(`${app()}/me`)).filter(({ name }) => name === "next-auth.session-token");
  expect(kept.map(({ value }) => value)).not.toContain("tossed");
  // The lab's own cookie was tossed as well: the true one still counts.
  await page.goto(routes.lab(project.slug));
  await expect(page.locator("iframe.lab-frame")).toBeVisible({ timeout: 60_000 });
});

test("messages of any shape leave the page as it is", async ({ page }) => {
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  await lab.evaluate(() => {
    const wrong = [
      null,
      1,
      "x",
      [],
      {},
      { sheaf: 1 },
      { sheaf: 1, type: "documents" },
      { sheaf: 1, type: "documents", unsaved: [{}], current: {}, busyKernels: "1" },
    ];
    for (const message of wrong) window.parent.postMessage(message, "*");
    window.parent.postMessage({ sheaf: 1, type: "done", id: 1e9, ok: true }, "*");
    window.parent.postMessage({ sheaf: 1, type: "documents", unsaved: ["<img src=x onerror=alert(1)>.ipynb"], current: null, busyKernels: 0 }, "*");
  });
  await page.waitForTimeout(300);
  expect(errors).toEqual([]);
  await expect(page.locator(".lab-bar img")).toHaveCount(0);
  await expect(page.getByRole("button", { name: t.lab.save })).toBeEnabled();
});

test("nobody gets into another person's lab, with a cookie, a ticket or a right of their own", async ({ page, browser }) => {
  const mine = await findLab(page, project.id);
  const elsewhere = await browser.newContext({ baseURL: app() });
  const other = await elsewhere.newPage();
  await signUp(other);
  expect((await ask(other, "POST", routes.api.sessionTickets(mine?.id ?? ""), {})).status).toBe(404);
  expect((await ask(other, "GET", routes.api.session(mine?.id ?? ""))).status).toBe(404);
  const host = new URL(lab.url()).origin;
  const answer = await other.goto(`${host}/lab`);
  expect(answer?.status()).toBe(401);
  await expect(other.getByRole("heading", { name: "Open this lab from its project" })).toBeVisible();
  await other.goto("/about");
  // With a way into a lab of one's own, the other one stays shut.
  const own = await makeProject(other, "Own");
  const ownLab = await openLab(other, own.slug);
  const crossing = await ownLab.evaluate(async (target) => {
    const socket = new WebSocket(`${target.replace("http", "ws")}/api/events/subscribe`);
    const opened = await new Promise((resolve) => {
      socket.onopen = () => resolve("open");
      socket.onerror = () => resolve("refused");
    });
    const read = await fetch(`${target}/api/contents`, { credentials: "include" }).then(
      () => "read",
      () => "refused",
    );
    return { opened, read };
  }, host);
  expect(crossing).toEqual({ opened: "refused", read: "refused" });
  const theirs = await findLab(other, own.id);
  if (theirs) await ask(other, "DELETE", routes.api.session(theirs.id));
  await elsewhere.close();
});

test("one's own second lab is another origin: neither its pages nor its sockets reach the first", async ({ page, context }) => {
  const first = new URL(lab.url()).origin;
  const second = await makeProject(page, "Second");
  const tab = await context.newPage();
  const other = await openLab(tab, second.slug);
  const reached = await crossOrigin(other, first);
  expect(reached).toEqual({ socket: "refused", read: "refused", image: "refused", change: "refused" });
  const open = await findLab(tab, second.id);
  if (open) await ask(tab, "DELETE", routes.api.session(open.id));
  await tab.close();
});

test("signing out ends what is open in the lab at once", async ({ page, context }) => {
  const isOpen = () =>
    lab.evaluate(() =>
      fetch("/api/status").then(
        ({ status }) => status,
        () => 0,
      ),
    );
  expect(await isOpen()).toBe(200);
  await lab.evaluate(() => {
    const socket = new WebSocket(`${location.origin.replace("http", "ws")}/api/events/subscribe`);
    Object.assign(window, { watched: "opening" });
    socket.onopen = () => Object.assign(window, { watched: "open" });
    socket.onclose = () => Object.assign(window, { watched: "closed" });
  });
  await lab.waitForFunction(() => (window as unknown as { watched: string }).watched === "open");
  const tab = await context.newPage();
  await tab.goto(routes.me());
  await signOut(tab);
  await lab.waitForFunction(() => (window as unknown as { watched: string }).watched === "closed");
  expect(await isOpen()).toBe(401);
  await signUp(tab);
  await tab.close();
  await page.goto("/about");
});

async function crossOrigin(from: Frame, target: string) {
  return from.evaluate(async (address) => {
    const socket = new WebSocket(`${address.replace("http", "ws")}/api/events/subscribe`);
    const opened = new Promise((resolve) => {
      socket.onopen = () => resolve("open");
      socket.onerror = () => resolve("refused");
    });
    const settle = (asked: Promise<Response>) =>
      asked.then(
        () => "answered",
        () => "refused",
      );
    const image = new Promise((resolve) => {
      const picture = new Image();
      picture.onload = () => resolve("loaded");
      picture.onerror = () => resolve("refused");
      picture.src = `${address}/static/favicons/favicon.ico`;
    });
    return {
      socket: await opened,
      read: await settle(fetch(`${address}/api/contents`, { credentials: "include" })),
      image: await image,
      change: await settle(fetch(`${address}/api/terminals`, { method: "POST", credentials: "include", headers: { "content-type": "application/json" } })),
    };
  }, target);
}
