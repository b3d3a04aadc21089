import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { expect, seriousFindings, signUp, test } from "./fixtures.ts";
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
const widths = [
  ["wide", 1280],
  ["narrow", 390],
] as const;

for (const colorScheme of ["light", "dark"] as const) {
  for (const [size, width] of widths) {
    test.describe(`${colorScheme}, ${size}`, () => {
      test.use({ colorScheme, viewport: { width, height: 900 }, contextOptions: { reducedMotion: "reduce" } });

      for (const [name, address] of visitorPages) {
        test(`${name}: axe finds nothing serious, and nothing scrolls sideways`, async ({ page }) => {
          await page.goto(address);
          await expect(page.getByRole("main")).toBeVisible();
          expect(await seriousFindings(page)).toEqual([]);
          expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBeLessThanOrEqual(0);
        });
      }

      test("an author's pages of a project: axe finds nothing serious, and nothing scrolls sideways", async ({ page }) => {
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
          expect(await seriousFindings(page), address).toEqual([]);
          expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), address).toBeLessThanOrEqual(0);
        }
      });

      test("a lab's page and what runs: axe finds nothing serious, and nothing scrolls sideways", async ({ page }) => {
        await signUp(page);
        const empty = await page.goto(routes.running());
        expect(empty?.status()).toBe(200);
        expect(await seriousFindings(page), "nothing runs").toEqual([]);
        const project = await makeProject(page, "Barley that is looked at by those who hear it");
        await page.goto(routes.lab(project.slug));
        expect(await seriousFindings(page), "opening").toEqual([]);
        await expect(page.locator("iframe.lab-frame")).toBeVisible({ timeout: 60_000 });
        const fits = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        expect(await seriousFindings(page), "open").toEqual([]);
        expect(await fits()).toBeLessThanOrEqual(0);
        await page.getByRole("button", { name: t.lab.save }).click();
        await expect(page.getByRole("dialog")).toBeVisible();
        expect(await seriousFindings(page), "saving").toEqual([]);
        await page.goto(routes.running());
        await expect(page.getByRole("listitem").filter({ hasText: "Barley that is looked at" })).toBeVisible();
        expect(await seriousFindings(page), "what runs").toEqual([]);
        expect(await fits()).toBeLessThanOrEqual(0);
        await page.getByRole("button", { name: /^Stop/ }).click();
        expect(await seriousFindings(page), "stopping").toEqual([]);
        await page.getByRole("alertdialog").getByRole("button", { name: t.lab.stop }).click();
        await expect(page.getByRole("heading", { name: t.lab.running.emptyTitle })).toBeVisible({ timeout: 60_000 });
      });

      test("run page and my page: axe finds nothing serious, and nothing scrolls sideways", async ({ page }) => {
        await signUp(page);
        await page.goto(routes.worksheet("genetic-drift-in-a-wright-fisher-population"));
        const toggle = page.getByRole("button", { name: t.worksheet.formToggle(0) });
        if (await toggle.isVisible()) await toggle.click();
        await page.getByRole("button", { name: t.worksheet.run, exact: true }).click();
        await page.getByRole("link", { name: t.worksheet.runPage }).click();
        await page.waitForURL(/\/runs\/run_/);
        for (const address of [page.url(), routes.me()]) {
          await page.goto(address);
          await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible();
          expect(await seriousFindings(page)).toEqual([]);
          expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBeLessThanOrEqual(0);
        }
      });
    });
  }
}

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
