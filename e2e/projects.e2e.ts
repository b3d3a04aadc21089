import type { Page } from "@playwright/test";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { expect, fillSignIn, pressRun, signUp, test } from "./fixtures.ts";
import { makeFromFiles, notebook, writeFile } from "./project-pages.ts";
import { administrator } from "./start-server.ts";

const form = t.projects.form;

/** "An address" is also one of the ways to begin. */
const addressField = (page: Page) => page.getByRole("textbox", { name: t.projects.make.url, exact: true });

test("the list teaches who has no project, and leads visitors to sign in before they make one", async ({ page }) => {
  await page.goto(routes.projects());
  await expect(page.getByRole("heading", { name: t.projects.mine })).toHaveCount(0);
  await page.goto(routes.newProject());
  await page.waitForURL(/\/sign-in\?next=%2Fprojects%2Fnew/);
  await signUp(page);
  await page.goto(routes.projects());
  await expect(page.getByRole("heading", { name: t.projects.emptyTitle })).toBeVisible();
  await page.getByRole("link", { name: t.projects.create }).click();
  await expect(page.getByRole("heading", { level: 1, name: t.projects.make.title })).toBeVisible();
});

test("a refusal stands at its field, and nothing typed is lost", async ({ page }) => {
  await signUp(page);
  await page.goto(`${routes.newProject()}?from=address`);
  await page.getByRole("button", { name: t.projects.make.submit }).click();
  await expect(addressField(page)).toBeFocused();
  await page.getByLabel(form.title).fill("Cells of the lab");
  await addressField(page).fill("not an address");
  await page.getByRole("button", { name: t.projects.make.submit }).click();
  await expect(addressField(page)).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByLabel(form.title)).toHaveValue("Cells of the lab");
  await expect(addressField(page)).toHaveValue("not an address");
});

test("sending files can be stopped, and what was chosen and typed is still there", async ({ page }) => {
  await signUp(page);
  // A line so slow that nothing ever arrives.
  await page.route("**/api/v1/projects/import", () => {});
  await page.goto(`${routes.newProject()}?from=upload`);
  await page.getByLabel(form.title).fill("A long way");
  await page.locator('input[name="files"]').setInputFiles([{ name: "field.ipynb", mimeType: "application/json", buffer: Buffer.from(notebook("0.5")) }]);
  await page.getByRole("button", { name: t.projects.make.submit }).click();
  await page.getByRole("button", { name: t.projects.make.stop }).click();
  await expect(page.getByText(t.projects.make.stopped)).toBeVisible();
  await expect(page.getByLabel(form.title)).toHaveValue("A long way");
  await expect(page.getByText("field.ipynb")).toBeVisible();
  await page.unroute("**/api/v1/projects/import");
  await page.getByRole("button", { name: t.projects.make.submit }).click();
  await expect(page.getByRole("heading", { level: 1, name: "A long way" })).toBeVisible();
});

test("a notebook is published from its project's page, and taken back: pages of its runs stay", async ({ page, browser }) => {
  await signUp(page);
  const slug = await makeFromFiles(page, `Publishing a field ${Date.now().toString(36)}`);
  await page.getByRole("button", { name: t.projects.page.publishOf("field.ipynb") }).click();
  await expect(page.getByText(t.projects.notebooks.states.published, { exact: true })).toBeVisible({ timeout: 90_000 });
  await page.getByRole("link", { name: t.projects.notebooks.page }).click();
  await expect(page.getByLabel("Rate")).toBeVisible();
  await expect(page.getByRole("main").getByRole("link", { name: t.projects.page.open })).toBeVisible();
  const worksheet = new URL(page.url()).pathname;
  await pressRun(page);
  await page.getByRole("link", { name: t.worksheet.runPage }).click();
  await page.waitForURL(/\/runs\//);
  const run = page.url();
  await page.goto(routes.project(slug));
  await page.getByRole("button", { name: t.projects.notebooks.unpublishOf("Barley in a field") }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: t.projects.notebooks.unpublish }).click();
  await expect(page.getByText(t.projects.notebooks.states.unpublished, { exact: true })).toBeVisible();
  await page.goto(run);
  await expect(page.getByText("1.0", { exact: true })).toBeVisible();
  expect((await (await browser.newPage({ baseURL: new URL(run).origin })).goto(worksheet))?.status()).toBe(404);
});

test("files are shown in the shape that suits them, and never run", async ({ page }) => {
  await signUp(page);
  const slug = await makeFromFiles(page, "Files of a field");
  await expect(page.getByText("Counted in June.")).toBeVisible();
  await page.getByRole("link", { name: "counts.csv" }).click();
  await expect(page.getByRole("columnheader", { name: "species" })).toBeVisible();
  await expect(page.getByRole("cell", { name: "spelt" })).toBeVisible();
  await page.goto(routes.projectFiles(slug, "field.ipynb"));
  await expect(page.getByRole("heading", { name: "Barley in a field" })).toBeVisible();
  await expect(page.getByText("print(rate * 2)")).toBeVisible();
  await page.goto(routes.projectFiles(slug, "fit.py"));
  await expect(page.getByText("return x")).toBeVisible();
  await page.goto(routes.projectFiles(slug, "raw.bin"));
  await expect(page.getByText(t.projectFiles.binary)).toBeVisible();
  const raw = await page.evaluate(
    async (address) => {
      const answer = await fetch(address, { headers: { range: "bytes=1-2" } });
      return { status: answer.status, headers: Object.fromEntries(answer.headers), bytes: [...new Uint8Array(await answer.arrayBuffer())] };
    },
    routes.projectRaw(slug, "raw.bin", "newest"),
  );
  expect(raw.status).toBe(206);
  expect(raw.bytes).toEqual([1, 2]);
  expect(raw.headers["content-disposition"]).toContain("attachment");
  expect(raw.headers["x-content-type-options"]).toBe("nosniff");
  expect(raw.headers["content-security-policy"]).toContain("sandbox");
});

test("changes become a version, versions are compared and restored", async ({ page }) => {
  await signUp(page);
  const slug = await makeFromFiles(page, "Versions of a field");
  await writeFile(page, slug, "field.ipynb", notebook("0.75"));
  await writeFile(page, slug, "fit.py", "def fit(x):\n    return x + 1\n");
  await page.goto(routes.projectChanges(slug));
  await expect(page.getByText("return x + 1")).toBeVisible();
  await expect(page.getByText("rate = 0.75")).toBeVisible();
  await writeFile(page, slug, "slip.txt", "typed by a slip\n");
  await page.reload();
  await page.getByRole("button", { name: t.projectFiles.changes.discardOf("slip.txt") }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: t.projectFiles.changes.discardYes }).click();
  await expect(page.getByText("typed by a slip")).toHaveCount(0);
  await page.getByLabel(t.projectFiles.changes.message).fill("Count faster");
  await page.getByRole("button", { name: t.projectFiles.changes.save, exact: true }).click();
  await expect(page.getByText(t.projectFiles.changes.saved(2))).toBeVisible();

  await page.goto(routes.projectVersions(slug));
  await page.getByRole("button", { name: t.projectFiles.versions.compare }).click();
  await page.waitForURL(/\/compare\?(?=.*from=[0-9a-f]{40})(?=.*to=[0-9a-f]{40})/);
  await expect(page.getByText("rate = 0.5")).toBeVisible();
  await expect(page.getByText("rate = 0.75")).toBeVisible();

  await page.goto(routes.projectVersions(slug));
  await page.getByRole("button", { name: t.projectFiles.versions.restoreOf(1) }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: t.projectFiles.versions.restore }).click();
  await expect(page.getByText(t.projectFiles.versions.restored(3))).toBeVisible();
  await page.goto(routes.projectFiles(slug, "fit.py"));
  await expect(page.getByText("return x", { exact: false })).toBeVisible();
  await expect(page.getByText("return x + 1")).toHaveCount(0);
});

test("a renamed project is found at its old address; a deleted one comes back from the trash", async ({ page }) => {
  await signUp(page);
  const slug = await makeFromFiles(page, "Names of a field");
  await page.goto(routes.projectSettings(slug));
  await page.getByLabel(form.address).fill("Not An Address");
  const about = page.getByRole("region", { name: t.projects.settings.about });
  await about.getByRole("button", { name: form.save }).click();
  await expect(page.getByLabel(form.address)).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByLabel(form.address)).toHaveValue("Not An Address");
  await page.getByLabel(form.address).fill(`${slug}-renamed`);
  await about.getByRole("button", { name: form.save }).click();
  await page.waitForURL((url) => url.pathname === routes.projectSettings(`${slug}-renamed`));
  for (const address of [routes.project, routes.projectSettings, routes.projectVersions]) {
    await page.goto(address(slug));
    expect(new URL(page.url()).pathname).toBe(address(`${slug}-renamed`));
  }
  await page.goto(routes.projectSettings(`${slug}-renamed`));
  await page.getByRole("button", { name: t.projects.settings.removeButton }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: t.projects.settings.removeYes }).click();
  await page.waitForURL((url) => url.pathname === routes.projects());
  await expect(page.getByText(t.projects.inTrash(1))).toBeVisible();
  await page
    .getByRole("status")
    .filter({ hasText: t.projects.justDeleted("Names of a field") })
    .getByRole("button", { name: t.projects.undo })
    .click();
  await expect(page.getByRole("link", { name: "Names of a field" })).toBeVisible();
  await expect(page.getByText(t.projects.inTrash(1))).toHaveCount(0);
});

test("what is private does not exist for others, none of its pages", async ({ page, browser }) => {
  await signUp(page);
  const slug = await makeFromFiles(page, "Secrets of a field");
  const other = await browser.newPage({ baseURL: new URL(page.url()).origin });
  const pages = [
    routes.project(slug),
    routes.projectFiles(slug),
    routes.projectFiles(slug, "counts.csv"),
    routes.projectVersions(slug),
    routes.projectChanges(slug),
    routes.projectSettings(slug),
    routes.projectCopy(slug),
    routes.projectUpstream(slug),
    routes.projectRaw(slug, "counts.csv", "newest"),
    routes.officialRequests(),
  ];
  for (const address of pages) expect((await other.goto(address))?.status(), address).toBe(404);
  await signUp(other);
  for (const address of pages) expect((await other.goto(address))?.status(), address).toBe(404);
  await other.close();
});

test("a request for the official shelf is asked, declined with words, read by its author", async ({ page, browser }) => {
  await signUp(page);
  const slug = await makeFromFiles(page, `Shelf of a field ${Date.now().toString(36)}`);
  await page.goto(routes.projectSettings(slug));
  await expect(page.getByText(t.projects.settings.shelfPublicFirst)).toBeVisible();
  const access = page.getByRole("region", { name: t.projects.settings.access });
  await access.getByRole("radio", { name: t.projects.visibilities.public }).check();
  await access.getByRole("button", { name: form.save }).click();
  await page.getByLabel(t.projects.settings.shelfNote).fill("Checked in two labs.");
  await page.getByRole("button", { name: t.projects.settings.shelfAsk }).click();
  await expect(page.getByRole("button", { name: t.projects.settings.shelfWithdraw })).toBeVisible();

  const keeper = await browser.newPage({ baseURL: new URL(page.url()).origin });
  await keeper.goto(routes.signIn());
  await fillSignIn(keeper, administrator);
  await keeper.waitForURL((url) => url.pathname !== "/sign-in");
  await keeper.goto(routes.officialRequest(slug));
  await expect(keeper.getByText("Checked in two labs.")).toBeVisible();
  await keeper.getByRole("button", { name: t.projects.requests.decline }).click();
  await expect(keeper.getByText("Say why: its author reads it.")).toBeVisible();
  await keeper.getByLabel(t.projects.requests.answer).fill("Name the source of the counts first.");
  await keeper.getByRole("button", { name: t.projects.requests.decline }).click();
  await keeper.waitForURL((url) => url.pathname === routes.officialRequests());
  await keeper.close();
  await page.reload();
  await expect(page.getByText("Name the source of the counts first.")).toBeVisible();
});
