import type { Page } from "@playwright/test";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { makeWheel } from "#server/adapters/environments/wheel-for-a-test.ts";
import { expect, seriousFindings, signUp, test } from "./fixtures.ts";
import { ask } from "./lab.ts";
import { makeFromFiles, notebook, type Sent, writeFile } from "./project-pages.ts";

/** A build, or a run in what it made, may have to wait for its turn. */
const patience = { timeout: 60_000 };
/** Of these journeys alone: a container engine keeps what others made of the same files, and then nothing is built. */
const version = `1.0.${Date.now() % 1_000_000}`;
const wheel = makeWheel("rye_counts", version);
const text = (name: string, content: string): Sent => ({ name, mimeType: "text/plain", buffer: Buffer.from(content) });
const brought: Sent = { name: wheel.fileName, mimeType: "application/zip", buffer: Buffer.from(wheel.bytes) };
const asking = [text("field.ipynb", notebook("0.5").replace("print(rate * 2)", "import rye_counts; print(rye_counts.answer)")), brought];
const panel = (page: Page) => page.getByRole("region", { name: t.environment.title });

async function isFine(page: Page, where: string): Promise<void> {
  for (const [colorScheme, width] of [
    ["dark", 390],
    ["light", 1280],
  ] as const) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    expect(await seriousFindings(page), `${where}, ${colorScheme}, ${width} wide`).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), where).toBeLessThanOrEqual(0);
  }
}

test("what a project asks for is made by itself, stays in use while a newer one fails, and a run says that it ran in it", async ({ page }) => {
  // Three builds and two runs, each with a patience of its own.
  test.setTimeout(300_000);
  await signUp(page);
  const slug = await makeFromFiles(page, "Rye in the hills", [...asking, text("requirements.txt", `numpy\n./${wheel.fileName}\n`)]);
  await expect(panel(page).getByRole("status").filter({ hasText: t.environment.states.ready })).toBeVisible(patience);
  await expect(panel(page).getByRole("listitem")).toHaveText("requirements.txtAsks for 2 packages of Python.");
  const name = (await panel(page).getByText(t.environment.inUse).locator("code").textContent()) ?? "";
  expect(name).not.toBe("");
  await panel(page).getByText(t.environment.log).click();
  await expect(page.getByRole("log", { name: t.environment.logOf })).toContainText(new RegExp(`installed rye-counts[- ]${version.replaceAll(".", "\\.")}`));
  await isFine(page, "ready");

  await writeFile(page, slug, "requirements.txt", `barley_counts>=2\n./${wheel.fileName}\n`);
  expect((await ask(page, "POST", routes.api.projectVersions(slug), { message: "Barley too" })).status).toBe(201);
  await page.goto(routes.project(slug));
  await expect(panel(page).getByRole("status").filter({ hasText: t.environment.states.failed })).toBeVisible(patience);
  await expect(panel(page)).toContainText(/barley_counts>=2/);
  await expect(panel(page).getByText(t.environment.meanwhile).locator("code")).toHaveText(name);
  await isFine(page, "failed");
  await panel(page).getByRole("button", { name: t.environment.retry }).click();
  await expect(panel(page).getByRole("status").filter({ hasText: t.environment.states.failed })).toBeVisible(patience);

  await page.getByRole("button", { name: t.projects.page.publishOf("field.ipynb") }).click();
  await expect(page.getByText(t.projects.notebooks.states.published, { exact: true })).toBeVisible(patience);
  await page.getByRole("link", { name: t.projects.notebooks.page, exact: true }).click();
  await page.waitForURL(/\/worksheets\//);
  await expect(page.getByText(`rye_counts ${version}`)).toBeVisible(patience);
  await expect(page.locator(".record")).toContainText(name);
});

test("what cannot be made is said at once, each at its line", async ({ page }) => {
  await signUp(page);
  const files = [text("field.ipynb", notebook("0.5")), text("requirements.txt", "numpy\n-r ../../elsewhere.txt\n"), text("apt.txt", "jq; true\n")];
  await makeFromFiles(page, "Oats that cannot be", files);
  await expect(panel(page).getByRole("status").filter({ hasText: t.environment.impossible })).toBeVisible();
  await expect(panel(page)).toContainText("Line 2: “../../elsewhere.txt” leads out of this project.");
  await expect(panel(page)).toContainText("Line 1: “jq;” is no name of a Debian package");
  await expect(panel(page)).toContainText(t.environment.siteMeanwhile);
  await isFine(page, "cannot be made");
});

test("an environment that came with a copy is not in one's labs before one has said so", async ({ page, browser }) => {
  await signUp(page);
  const original = await makeFromFiles(page, `Wheat to copy ${Date.now().toString(36)}`, [...asking, text("requirements.txt", `./${wheel.fileName}\n`)]);
  expect((await ask(page, "PATCH", routes.api.project(original), { visibility: "public" })).status).toBe(200);
  const context = await browser.newContext();
  const copyist = await context.newPage();
  await signUp(copyist);
  await copyist.goto(routes.projectCopy(original));
  await copyist.getByRole("button", { name: t.projects.copy.submit }).click();
  await copyist.waitForURL((url) => /^\/projects\/[^/]+$/.test(url.pathname) && url.pathname !== routes.project(original));
  await expect(panel(copyist).getByRole("status").filter({ hasText: t.environment.states.ready })).toBeVisible(patience);
  await expect(panel(copyist).getByText(t.environment.asks)).toBeVisible(patience);
  await isFine(copyist, "asks");
  await panel(copyist).getByRole("button", { name: t.environment.accept }).click();
  await expect(panel(copyist).getByText(t.environment.asks)).toHaveCount(0);
  await context.close();
  // Its author is not asked.
  await page.goto(routes.project(original));
  await expect(panel(page).getByText(t.environment.inUse)).toBeVisible(patience);
  await expect(panel(page).getByText(t.environment.asks)).toHaveCount(0);
});
