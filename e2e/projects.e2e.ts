import type { Page } from "@playwright/test";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { expect, fillSignIn, fillSignUp, newPerson, signUp, test } from "./fixtures.ts";
import { administrator } from "./start-server.ts";

const form = t.projects.form;
const drift = "wright-fisher-drift";

const notebook = (rate: string) =>
  JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: "python3", display_name: "Python 3", language: "python" }, language_info: { name: "python" } },
    cells: [
      { id: "title", cell_type: "markdown", metadata: {}, source: "# Barley in a field" },
      { id: "values", cell_type: "code", metadata: { tags: ["parameters"] }, execution_count: null, outputs: [], source: `rate = ${rate}` },
      { id: "answer", cell_type: "code", metadata: {}, execution_count: null, outputs: [], source: "print(rate * 2)" },
    ],
  });

/** "An address" is also one of the ways to begin. */
const addressField = (page: Page) => page.getByRole("textbox", { name: t.projects.make.url, exact: true });

/** By the form, from files of the computer; answers with the address of the project. */
async function makeFromFiles(page: Page, title: string): Promise<string> {
  await page.goto(`${routes.newProject()}?from=upload`);
  await page.getByLabel(form.title).fill(title);
  await page.locator('input[name="files"]').setInputFiles([
    { name: "field.ipynb", mimeType: "application/json", buffer: Buffer.from(notebook("0.5")) },
    { name: "counts.csv", mimeType: "text/csv", buffer: Buffer.from("species,count\nrye,3\nspelt,5\n") },
    { name: "README.md", mimeType: "text/markdown", buffer: Buffer.from("# Field\n\nCounted in *June*.\n") },
    { name: "fit.py", mimeType: "text/x-python", buffer: Buffer.from("def fit(x):\n    return x\n") },
    { name: "raw.bin", mimeType: "application/octet-stream", buffer: Buffer.from([0, 1, 2, 3]) },
  ]);
  await expect(page.getByText(t.projects.make.chosen(5, "").replace(/, $/, ""))).toBeVisible();
  await page.getByRole("button", { name: t.projects.make.submit }).click();
  await page.waitForURL((url) => /^\/projects\/(?!new$)[^/]+$/.test(url.pathname));
  await expect(page.getByRole("heading", { level: 1, name: title })).toBeVisible();
  return new URL(page.url()).pathname.split("/")[2] ?? "";
}

/** One's own files as programs write them, by the browser's own sign-in. */
async function writeFile(page: Page, slug: string, path: string, content: string): Promise<void> {
  const status = await page.evaluate(
    async ([address, body]) => (await fetch(address, { method: "PUT", body, headers: { "content-type": "application/octet-stream" } })).status,
    [routes.api.projectFile(slug, path), content] as const,
  );
  expect(status).toBeLessThan(300);
}

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

test("an import that fails says why, and leaves no trace when it is removed", async ({ page }) => {
  await signUp(page);
  await page.goto(`${routes.newProject()}?from=address`);
  await page.getByLabel(form.title).fill("Cells of nowhere");
  await addressField(page).fill("https://no-such-host.invalid/lab/cells.git");
  await page.getByRole("button", { name: t.projects.make.submit }).click();
  await page.waitForURL((url) => /^\/projects\/(?!new$)/.test(url.pathname));
  await expect(page.getByText(t.projects.failed)).toBeVisible();
  await expect(page.getByText("no-such-host.invalid")).toBeVisible();
  await page.getByRole("button", { name: t.projects.removeFailed }).click();
  await page.waitForURL((url) => url.pathname === routes.projects());
  await expect(page.getByText("Cells of nowhere")).toHaveCount(0);
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

test("a notebook is published from its project's page, and taken back", async ({ page }) => {
  await signUp(page);
  await makeFromFiles(page, `Publishing a field ${Date.now().toString(36)}`);
  await page.getByRole("button", { name: t.projects.page.publishOf("field.ipynb") }).click();
  await expect(page.getByText(t.projects.notebooks.states.published, { exact: true })).toBeVisible({ timeout: 90_000 });
  await page.getByRole("link", { name: t.projects.notebooks.page }).click();
  await expect(page.getByLabel("Rate")).toBeVisible();
  await expect(page.getByRole("main").getByRole("link", { name: t.projects.page.open })).toBeVisible();
  await page.goBack();
  await page.getByRole("button", { name: t.projects.notebooks.unpublishOf("Barley in a field") }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: t.projects.notebooks.unpublish }).click();
  await expect(page.getByText(t.projects.notebooks.states.unpublished, { exact: true })).toBeVisible();
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
  await page.getByText(t.projects.inTrash(1)).click();
  await page.getByRole("button", { name: t.projects.undoOf("Names of a field") }).click();
  await expect(page.getByRole("link", { name: "Names of a field" })).toBeVisible();
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

test("a visitor's values come along into their copy through signing up", async ({ page }) => {
  await page.goto(`${routes.worksheet("genetic-drift-in-a-wright-fisher-population")}?population_size=77`);
  const copy = page.getByRole("main").getByRole("link", { name: t.projects.page.copy });
  await copy.hover();
  await copy.click();
  await page.waitForURL(/\/copy\?/);
  await expect(page.getByText("population_size = 77")).toBeVisible();
  await page.getByRole("button", { name: t.projects.copy.signUp }).click();
  await page.waitForURL(/\/sign-up\?next=/);
  await fillSignUp(page, newPerson());
  await page.waitForURL((url) => url.pathname.startsWith("/projects/") && !url.pathname.includes(`/${drift}/`), { timeout: 60_000 });
  expect(page.url()).toContain("77");
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
