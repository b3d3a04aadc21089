import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { expect, fillSignUp, newPerson, pressRun, signUp, test } from "./fixtures.ts";

test("a visitor who signs up after a run finds it among their runs", async ({ page }) => {
  await page.goto(routes.worksheet("test-sum"));
  await page.getByLabel("First number", { exact: true }).fill("100");
  await pressRun(page);
  await expect(page.getByText("barley: 103.50")).toBeVisible();
  await page.getByRole("link", { name: t.worksheet.keep }).click();
  const person = newPerson();
  await fillSignUp(page, person);
  await page.goto(routes.me());
  await expect(page.getByRole("heading", { level: 1, name: person.username })).toBeVisible();
  await expect(page.getByRole("link", { name: /Test sum/ }).first()).toBeVisible();
});

test("the claim link gives the run to whoever signs in with it in another browser", async ({ api, worksheetId, browser }) => {
  const started = await api.startRun(await worksheetId("test-sum"), { first: 300 });
  await api.finish(started.id);
  expect(started.claimUrl).not.toBeNull();

  const elsewhere = await browser.newContext({ baseURL: process.env.SHEAF_E2E_URL ?? "" });
  const other = await elsewhere.newPage();
  const person = await signUp(other);
  await other.goto(started.claimUrl ?? "");
  await other.getByRole("button", { name: t.run.claimAs(person.username) }).click();
  await other.waitForURL(/\/runs\/run_/);
  await other.goto(routes.me());
  await expect(other.getByRole("link", { name: /Test sum/ }).first()).toBeVisible();

  // Used up: the same link does nothing for the next one.
  await elsewhere.clearCookies();
  const late = await signUp(other);
  await other.goto(started.claimUrl ?? "");
  await other.getByRole("button", { name: t.run.claimAs(late.username) }).click();
  await expect(other.getByText(t.run.claimBroken)).toBeVisible();
  await elsewhere.close();
});

test("a run is readable by others only after its owner shares it", async ({ page, browser }) => {
  await signUp(page);
  await page.goto(routes.worksheet("test-sum"));
  await page.getByLabel("First number", { exact: true }).fill("55");
  await pressRun(page);
  await expect(page.getByText("barley: 58.50")).toBeVisible();
  await page.getByRole("link", { name: t.worksheet.runPage }).click();
  await page.waitForURL(/\/runs\/run_/);
  const address = page.url();

  const stranger = await browser.newContext();
  const visit = await stranger.newPage();
  await visit.goto(address);
  await expect(visit.getByRole("heading", { name: t.errors.notFoundTitle })).toBeVisible();

  const shared = page.waitForResponse((response) => response.url().endsWith("/share"));
  await page.getByRole("button", { name: t.worksheet.shareLink }).click();
  expect((await shared).ok()).toBe(true);
  await visit.goto(address);
  await expect(visit.getByText("barley: 58.50")).toBeVisible();
  await stranger.close();
});
