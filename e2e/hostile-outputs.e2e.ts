import type { Page, Request } from "@playwright/test";
import { routes } from "#lib/routes.ts";
import { expect, test } from "./fixtures.ts";
import { hostileOutputs } from "./worksheets/notebook.ts";

/** What a breakout would leave behind, as seen from the app's own page. */
async function traces(page: Page) {
  return page.evaluate(() => ({
    cookie: document.cookie,
    storage: { ...localStorage },
    title: document.title,
    probed: "__probe" in window,
    // A frame inside the frame may say that it is there ("srcdoc"): it got hold of nothing.
    told: ((window as unknown as { reached?: string[] }).reached ?? []).filter((what) => what !== "srcdoc"),
    headings: document.querySelectorAll("h1").length,
    handlers: [...document.querySelectorAll("main *")].flatMap((element) => element.getAttributeNames().filter((name) => /^on/i.test(name))),
    dangerousLinks: [...document.querySelectorAll<HTMLAnchorElement>("main a[href]")]
      .map((link) => link.href)
      .filter((href) => /^(javascript|vbscript|data):/i.test(href)),
    unsafeFrames: [...document.querySelectorAll("iframe")].filter(
      (frame) => !frame.hasAttribute("sandbox") || /allow-same-origin|allow-top|allow-popups|allow-modals/.test(frame.getAttribute("sandbox") ?? ""),
    ).length,
  }));
}

test("hostile outputs reach no cookie, storage, page, window, dialog or foreign host", async ({ page, context }) => {
  expect(hostileOutputs().length, "hostile outputs to try").toBeGreaterThanOrEqual(10);
  const own = new URL(process.env.SHEAF_E2E_URL ?? "").host;
  const dialogs: string[] = [];
  const foreign: string[] = [];
  const popups: string[] = [];
  page.on("dialog", async (dialog) => {
    dialogs.push(dialog.message());
    await dialog.dismiss();
  });
  context.on("page", (opened) => popups.push(opened.url()));
  // What the browser itself refuses to send (by the frame's policy) has not left it.
  const note = (request: Request, outcome: string) => {
    const url = new URL(request.url());
    if (/^(http|ws)/.test(url.protocol) && url.host !== own && !/BLOCKED|csp/i.test(outcome)) foreign.push(`${request.url()} ${outcome}`);
  };
  context.on("requestfinished", (request) => note(request, "answered"));
  context.on("requestfailed", (request) => note(request, request.failure()?.errorText ?? "failed"));
  await context.addCookies([{ name: "canary", value: "crumb", url: process.env.SHEAF_E2E_URL ?? "" }]);
  // Every attempt tells what it got hold of in this way (tests/hostile-outputs/README.md).
  await page.addInitScript(() => {
    const reached: string[] = [];
    Object.assign(window, { reached });
    if (window.top === window)
      window.addEventListener("message", ({ data }) => data && typeof data === "object" && "probe" in data && reached.push(String(data.probe)));
  });
  await page.goto("/about");
  await page.evaluate(() => localStorage.setItem("canary", "grain"));

  await page.goto(routes.worksheet("test-hostile"));
  const address = page.url();
  const title = await page.title();
  // Every output is brought into view (frames load lazily) and whatever it can be pressed on is pressed.
  for (const frame of await page.locator("main iframe").all()) await frame.scrollIntoViewIfNeeded();
  await page.waitForTimeout(3000);
  for (const frame of page.frames().slice(1)) {
    const targets = await unlessBusy(frame.locator("a, button, input, [onclick]").all());
    for (const target of targets ?? []) await unlessBusy(target.click({ timeout: 500 }).catch(() => {}));
  }
  await page.waitForTimeout(1500);

  expect(page.url()).toBe(address);
  expect(await traces(page)).toMatchObject({
    cookie: expect.stringContaining("canary=crumb"),
    storage: expect.objectContaining({ canary: "grain" }),
    title,
    probed: false,
    told: [],
    headings: 1,
    handlers: [],
    dangerousLinks: [],
    unsafeFrames: 0,
  });
  expect(dialogs).toEqual([]);
  expect(popups).toEqual([]);
  expect(foreign).toEqual([]);
});

test("a frame with scripts sees neither cookies nor storage nor the page around it", async ({ page }) => {
  await page.goto(routes.worksheet("test-hostile"));
  for (const frame of await page.locator("main iframe").all()) await frame.scrollIntoViewIfNeeded();
  await page.waitForTimeout(2000);
  const frames = page.frames().filter((frame) => frame !== page.mainFrame() && !frame.isDetached());
  expect(frames.length).toBeGreaterThan(0);
  const nothing = { origin: "null", cookie: "refused", storage: "refused", parent: "refused" };
  let answered = 0;
  for (const frame of frames) {
    const reached = await unlessBusy(
      frame.evaluate(() => {
        const tryTo = (read: () => unknown) => {
          try {
            return read();
          } catch {
            return "refused";
          }
        };
        return {
          origin: self.origin,
          cookie: tryTo(() => document.cookie),
          storage: tryTo(() => typeof localStorage),
          parent: tryTo(() => window.parent.document.title),
        };
      }),
    );
    if (reached !== null) answered++;
    expect(reached ?? nothing).toEqual(nothing);
  }
  expect(answered).toBeGreaterThan(0);
});

/** One of the attempts never stops computing: its frame answers nobody, and that must be all that it achieves. */
async function unlessBusy<T>(question: Promise<T>): Promise<T | null> {
  return Promise.race([question.catch(() => null), new Promise<null>((resolve) => setTimeout(() => resolve(null), 1500))]);
}
