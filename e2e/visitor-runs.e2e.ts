import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { expect, pressRun, test } from "./fixtures.ts";

test("a visitor finds cards with figures made by real runs", async ({ page }) => {
  await page.goto(routes.gallery());
  await expect(page.getByRole("heading", { level: 1, name: t.gallery.title })).toBeVisible();
  const figures = page.getByRole("main").getByRole("img");
  expect(await figures.count()).toBeGreaterThanOrEqual(6);
  const sizes = await figures.evaluateAll((images) => images.map((image) => (image instanceof HTMLImageElement && image.complete ? image.naturalWidth : -1)));
  expect(sizes.filter((width) => width > 40).length, "figures that arrived").toBeGreaterThanOrEqual(3);
});

test("a worksheet shows its published result before anything is run", async ({ page }) => {
  await page.goto(routes.worksheet("test-sum"));
  await expect(page.getByText("barley: 5.50")).toBeVisible();
  await expect(page.getByRole("button", { name: t.worksheet.run, exact: true })).toBeEnabled();
});

test("changed values give new outputs, and the same values again answer from the cache with their age", async ({ page }) => {
  await page.goto(routes.worksheet("test-sum"));
  await page.getByLabel("First number", { exact: true }).fill("41");
  await page.getByLabel("Word", { exact: true }).fill("rye");
  await pressRun(page);
  await expect(page.getByText("rye: 44.50")).toBeVisible();
  await expect(page.getByText("barley: 5.50")).toBeHidden();

  // Another visit with the same values: no kernel runs, and the page says so.
  await page.goto(`${routes.worksheet("test-sum")}?first=41&word=rye`);
  await pressRun(page);
  await expect(page.getByText(/From an earlier run, computed/)).toBeVisible();
  await expect(page.getByText("rye: 44.50")).toBeVisible();

  await page.getByRole("button", { name: t.worksheet.fresh }).click();
  await expect(page.getByText(/From an earlier run, computed/)).toBeHidden();
  await expect(page.getByText("rye: 44.50")).toBeVisible();
});

test("a link with values opens with them filled in", async ({ page }) => {
  await page.goto(`${routes.worksheet("test-sum")}?first=7&second=-1.5&word=oats`);
  await expect(page.getByLabel("First number", { exact: true })).toHaveValue("7");
  await expect(page.getByLabel("Second number", { exact: true })).toHaveValue("-1.5");
  await expect(page.getByLabel("Word", { exact: true })).toHaveValue("oats");
  await pressRun(page);
  await expect(page.getByText("oats: 5.50")).toBeVisible();
});

test("values that a visitor changes are written into the address", async ({ page }) => {
  await page.goto(routes.worksheet("test-sum"));
  await page.getByLabel("First number", { exact: true }).fill("12");
  await page.getByLabel("Word", { exact: true }).fill("emmer");
  await expect(page).toHaveURL(/first=12/);
  await expect(page).toHaveURL(/word=emmer/);
});

test("a real worksheet of the library runs with a changed value and shows a new figure", async ({ page }) => {
  await page.goto(routes.worksheet("genetic-drift-in-a-wright-fisher-population"));
  const figure = page.getByRole("main").getByRole("img").first();
  const before = await figure.getAttribute("src");
  await page.getByLabel("Population size", { exact: true }).first().fill("200");
  await pressRun(page);
  await expect(page.getByText(/Done in/).first()).toBeVisible({ timeout: 60_000 });
  await expect.poll(async () => page.getByRole("main").getByRole("img").first().getAttribute("src")).not.toBe(before);
});
