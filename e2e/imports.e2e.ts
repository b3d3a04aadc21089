import type { Page } from "@playwright/test";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { expect, signUp, test } from "./fixtures.ts";

const { form, make } = t.projects;
/** "An address" is also one of the ways to begin. */
const address = (page: Page) => page.getByRole("textbox", { name: make.url, exact: true });
const isProject = (url: URL) => /^\/projects\/(?!new$)/.test(url.pathname);

async function begin(page: Page, title: string, url: string): Promise<void> {
  await page.goto(`${routes.newProject()}?from=address`);
  await page.getByLabel(form.title).fill(title);
  await address(page).fill(url);
}

test("an import that fails says why; trying again has all that was typed but the password, and takes its place", async ({ page }) => {
  await signUp(page);
  await begin(page, "Cells of nowhere", "https://no-such-host.invalid/lab/cells.git");
  await page.getByText(make.private).click();
  await page.getByLabel(make.username).fill("ada");
  await page.getByLabel(make.password).fill("s3cret word");
  await page.getByText(form.more, { exact: true }).click();
  await page.getByLabel(form.description).fill("Counted twice.");
  await page.getByRole("radio", { name: t.projects.visibilities.public }).check();
  await page.getByRole("button", { name: make.submit }).click();
  await page.waitForURL(isProject);
  await expect(page.getByText(t.projects.failed)).toBeVisible();
  await expect(page.getByText("no-such-host.invalid")).toBeVisible();

  await page.getByRole("link", { name: t.projects.retry }).click();
  await expect(address(page)).toHaveValue("https://no-such-host.invalid/lab/cells.git");
  await expect(page.getByLabel(form.title)).toHaveValue("Cells of nowhere");
  await expect(page.getByLabel(form.description)).toHaveValue("Counted twice.");
  await page.getByText(form.more, { exact: true }).click();
  await expect(page.getByRole("radio", { name: t.projects.visibilities.public })).toBeChecked();
  await expect(page.getByLabel(make.password)).toHaveValue("");
  await page.getByRole("button", { name: make.submit }).click();
  await page.waitForURL(isProject);
  await expect(page.getByText(t.projects.failed)).toBeVisible();
  await page.goto(routes.projects());
  await expect(page.getByText("Cells of nowhere")).toHaveCount(1);
  await page.getByRole("button", { name: t.projects.removeOf("Cells of nowhere") }).click();
  await expect(page.getByText("Cells of nowhere")).toHaveCount(0);
});

test("an import that goes on tells its phase and its time, and is cancelled from its page without a trace", async ({ page }) => {
  test.skip(process.env.SHEAF_E2E_SILENT_HOST === undefined, "needs the journeys' own server");
  await signUp(page);
  await begin(page, "A long wait", `http://${process.env.SHEAF_E2E_SILENT_HOST}/lab/cells.git`);
  await page.getByRole("button", { name: make.submit }).click();
  await page.waitForURL(isProject);
  await expect(page.getByRole("heading", { level: 1, name: "A long wait" })).toBeVisible();
  await expect(page.getByRole("status").first()).not.toBeEmpty();
  await expect(page.getByText(/^\d+ s$/)).toBeVisible();
  await page.getByRole("button", { name: t.projects.cancel }).click();
  await page.waitForURL((url) => url.pathname === routes.projects());
  await expect(page.getByText("A long wait")).toHaveCount(0);
});
