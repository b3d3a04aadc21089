import type { Page } from "@playwright/test";
import { routes } from "#lib/routes.ts";
import { expect, test } from "./fixtures.ts";
import { hostileOutputs } from "./worksheets/notebook.ts";

/** What a breakout would leave behind, as seen from the app's own page. */
async function traces(page: Page) {
  return page.evaluate(() => ({
    cookie: document.cookie,
    storage: { ...localStorage },
    title: document.title,
    global: Object.keys(window).filter((name) => /hostile|pwned|hacked/i.test(name)),
    marked: document.querySelectorAll("[data-pwned], #pwned, .pwned").length,
    scripts: [...document.scripts].filter(
      (script) => script.closest("main") && /alert\(|pwned|cookie/i.test(script.textContent ?? "") && !/__next|self\.__next/.test(script.textContent ?? ""),
    ).length,
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
  context.on("request", (request) => {
    const url = new URL(request.url());
    if (!["data:", "blob:", "about:"].includes(url.protocol) && url.host !== own) foreign.push(request.url());
  });
  await context.addCookies([{ name: "canary", value: "crumb", url: process.env.SHEAF_E2E_URL ?? "" }]);
  await page.goto("/about");
  await page.evaluate(() => localStorage.setItem("canary", "grain"));

  await page.goto(routes.worksheet("test-hostile"));
  const address = page.url();
  const title = await page.title();
  // Every output is brought into view (frames load lazily) and whatever it can be pressed on is pressed.
  for (const frame of await page.locator("main iframe").all()) await frame.scrollIntoViewIfNeeded();
  await page.waitForTimeout(3000);
  for (const frame of page.frames().slice(1)) {
    for (const target of await frame.locator("a, button, input, [onclick]").all()) await target.click({ timeout: 500, noWaitAfter: true }).catch(() => {});
  }
  await page.waitForTimeout(1500);

  expect(page.url()).toBe(address);
  expect(await traces(page)).toMatchObject({
    cookie: expect.stringContaining("canary=crumb"),
    storage: expect.objectContaining({ canary: "grain" }),
    title,
    global: [],
    marked: 0,
    scripts: 0,
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
  for (const frame of frames) {
    const reached = await frame.evaluate(() => {
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
    });
    expect(reached).toEqual({ origin: "null", cookie: "refused", storage: "refused", parent: "refused" });
  }
});
