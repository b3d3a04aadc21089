import type { Page } from "@playwright/test";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { expect, pressRun, seriousFindings, signUp, test } from "./fixtures.ts";
import { makeProject } from "./lab.ts";

const visitorPages: readonly (readonly [string, string])[] = [
  ["gallery", routes.gallery()],
  ["search", routes.search("drift")],
  ["search without answer", routes.search("zzzqqq")],
  ["worksheet", routes.worksheet("genetic-drift-in-a-wright-fisher-population")],
  ["worksheet with all kinds of values", routes.worksheet("test-echo")],
  ["projects", routes.projects()],
  ["project", routes.project("wright-fisher-drift")],
  ["files of a project", routes.projectFiles("wright-fisher-drift")],
  ["notebook of a project", routes.projectFiles("wright-fisher-drift", "wright-fisher-drift.ipynb")],
  ["versions of a project", routes.projectVersions("wright-fisher-drift")],
  ["making a copy as a visitor", routes.projectCopy("wright-fisher-drift")],
  ["sign in", routes.signIn()],
  ["sign up", routes.signUp()],
  ["my runs as a visitor", routes.me()],
  ["about", "/about"],
  ["nothing there", "/nothing-here"],
];

const looks = [
  ["light", 1280],
  ["light", 390],
  ["dark", 390],
  ["dark", 1280],
] as const;

/** In every look of it axe finds nothing serious, and nothing scrolls sideways. Left as it was found: wide and dark. */
async function isFine(page: Page, where: string): Promise<void> {
  for (const [colorScheme, width] of looks) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const look = `${where}, ${colorScheme}, ${width} wide`;
    expect(await seriousFindings(page), look).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), look).toBeLessThanOrEqual(0);
  }
}

test.describe("light and dark, wide and narrow, axe finds nothing serious and nothing scrolls sideways", () => {
  test.use({ colorScheme: "dark", viewport: { width: 1280, height: 900 }, contextOptions: { reducedMotion: "reduce" } });

  for (const [name, address] of visitorPages) {
    test(name, async ({ page }) => {
      await page.goto(address);
      await expect(page.getByRole("main")).toBeVisible();
      await isFine(page, name);
    });
  }

  test("an author's pages of a project", async ({ page }) => {
    await signUp(page);
    await page.goto(routes.projectCopy("wright-fisher-drift"));
    await page.getByRole("button", { name: t.projects.copy.submit }).click();
    await page.waitForURL((url) => /^\/projects\/(?!wright-fisher-drift\/)[^/]+$/.test(url.pathname));
    const slug = new URL(page.url()).pathname.split("/")[2] ?? "";
    const written = await page.evaluate(
      async (address) => (await fetch(address, { method: "PUT", body: "# Another\n", headers: { "content-type": "application/octet-stream" } })).status,
      routes.api.projectFile(slug, "README.md"),
    );
    expect(written).toBeLessThan(300);
    const pages = [
      routes.projects(),
      routes.newProject(),
      `${routes.newProject()}?from=upload`,
      `${routes.newProject()}?from=address`,
      routes.project(slug),
      routes.projectChanges(slug),
      routes.projectSettings(slug),
      routes.projectUpstream(slug),
    ];
    for (const address of pages) {
      await page.goto(address);
      await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible();
      await isFine(page, address);
    }
  });

  test("a lab's page and what runs", async ({ page }) => {
    await signUp(page);
    const empty = await page.goto(routes.running());
    expect(empty?.status()).toBe(200);
    await isFine(page, "nothing runs");
    const project = await makeProject(page, "Barley that is looked at by those who hear it");
    await page.goto(routes.lab(project.slug));
    expect(await seriousFindings(page), "opening").toEqual([]);
    await expect(page.locator("iframe.lab-frame")).toBeVisible({ timeout: 60_000 });
    await isFine(page, "open");
    await page.getByRole("button", { name: t.lab.save }).click();
    await expect(page.getByRole("dialog")).toBeVisible();
    await isFine(page, "saving");
    await page.goto(routes.running());
    await expect(page.getByRole("listitem").filter({ hasText: "Barley that is looked at" })).toBeVisible();
    await isFine(page, "what runs");
    await page.getByRole("button", { name: /^Stop/ }).click();
    await isFine(page, "stopping");
    await page.getByRole("alertdialog").getByRole("button", { name: t.lab.stop }).click();
    await expect(page.getByRole("heading", { name: t.lab.running.emptyTitle })).toBeVisible({ timeout: 60_000 });
  });

  test("a run's page and one's own", async ({ page }) => {
    await signUp(page);
    await page.goto(routes.worksheet("genetic-drift-in-a-wright-fisher-population"));
    await pressRun(page);
    await page.getByRole("link", { name: t.worksheet.runPage }).click();
    await page.waitForURL(/\/runs\/run_/);
    for (const address of [page.url(), routes.me()]) {
      await page.goto(address);
      await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible();
      await isFine(page, address);
    }
  });
});

test("a worksheet is run with the keyboard alone, and the status is announced", async ({ page }) => {
  await page.goto(routes.worksheet("test-sum"));
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: t.site.skip })).toBeFocused();
  await page.keyboard.press("Enter");
  for (let presses = 0; presses < 25; presses++) {
    await page.keyboard.press("Tab");
    if (await page.getByLabel("First number", { exact: true }).evaluate((field) => field === document.activeElement)) break;
  }
  await expect(page.getByLabel("First number", { exact: true })).toBeFocused();
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.type("77");
  await page.keyboard.press("Control+Enter");
  await expect(page.getByRole("status").filter({ hasText: /Done/ })).toBeVisible();
  await expect(page.getByText("barley: 80.50")).toBeVisible();
  // Focus stays where the person was.
  await expect(page.getByLabel("First number", { exact: true })).toBeFocused();
});

test("with reduced motion nothing moves longer than an instant", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.goto(routes.worksheet("test-sum"));
  const longest = await page.evaluate(() =>
    Math.max(
      ...[...document.querySelectorAll("*")].flatMap((element) => {
        const style = getComputedStyle(element);
        return [style.transitionDuration, style.animationDuration].flatMap((list) =>
          list.split(",").map((time) => Number.parseFloat(time) * (time.trim().endsWith("ms") ? 1 : 1000)),
        );
      }),
    ),
  );
  expect(longest).toBeLessThanOrEqual(10);
});
