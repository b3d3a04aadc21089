import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { expect, fillSignIn, fillSignUp, newPerson, signUp, test } from "./fixtures.ts";
import { ask } from "./lab.ts";
import { makeFromFiles, notebook, writeFile } from "./project-pages.ts";
import { administrator } from "./start-server.ts";

const drift = { project: "wright-fisher-drift", worksheet: "genetic-drift-in-a-wright-fisher-population" };
const copied = (url: URL) => /^\/projects\/[^/]+(\/|$)/.test(url.pathname) && !url.pathname.startsWith(`/projects/${drift.project}`);

test("a visitor who asks for a copy is led through signing up into their own, with the form and the values they had", async ({ page }) => {
  await page.goto(`${routes.worksheet(drift.worksheet)}?population_size=77`);
  await page.getByRole("main").getByRole("link", { name: t.projects.page.copy }).click();
  await page.waitForURL(/\/copy\?/);
  await expect(page.getByText("population_size = 77")).toBeVisible();
  await page.getByRole("button", { name: t.projects.copy.signUp }).click();
  await page.waitForURL(/\/sign-up\?next=/);
  await fillSignUp(page, newPerson());
  await page.waitForURL(copied, { timeout: 60_000 });
  await expect(page.getByRole("textbox", { name: "Population size" })).toHaveValue("77");
  const slug = new URL(page.url()).pathname.split("/")[2] ?? "";
  await page.goto(routes.project(slug));
  await expect(page.getByText(t.projects.page.copiedFrom)).toBeVisible();
  await expect(page.getByText(t.projects.visibilities.private, { exact: true })).toBeVisible();
});

test("an administrator copies a public project under the public user", async ({ page }) => {
  await page.goto(routes.signIn(routes.projectCopy(drift.project)));
  await fillSignIn(page, administrator);
  await page.waitForURL((url) => url.pathname.endsWith("/copy"));
  const title = `Drift for everybody ${Date.now().toString(36)}`;
  await page.getByLabel(t.projects.copy.name).fill(title);
  await page.getByRole("radio", { name: t.projects.copy.public }).check();
  await page.getByRole("button", { name: t.projects.copy.submit }).click();
  await page.waitForURL(copied);
  await page.goto(routes.project(new URL(page.url()).pathname.split("/")[2] ?? ""));
  await expect(page.getByRole("heading", { level: 1, name: title })).toBeVisible();
  await expect(page.getByText(t.projects.page.by("Public"))).toBeVisible();
  await expect(page.getByText(t.projects.visibilities.public, { exact: true }).first()).toBeVisible();
});

test("a newer version of the original is brought into a copy, and where both changed the same cell both stay and it is told", async ({ page, browser }) => {
  await signUp(page);
  const original = await makeFromFiles(page, `Barley upstream ${Date.now().toString(36)}`);
  expect((await ask(page, "PATCH", routes.api.project(original), { visibility: "public" })).status).toBe(200);
  const save = async (who: typeof page, slug: string, content: string) => {
    await writeFile(who, slug, "field.ipynb", content);
    expect((await ask(who, "POST", `${routes.api.project(slug)}/versions`, { message: "Another rate" })).status).toBe(201);
  };

  const other = await browser.newPage({ baseURL: new URL(page.url()).origin });
  await signUp(other);
  await other.goto(routes.project(original));
  await other.getByRole("main").getByRole("link", { name: t.projects.page.copy }).click();
  await other.getByRole("button", { name: t.projects.copy.submit }).click();
  await other.waitForURL((url) => url.pathname.startsWith("/projects/") && url.pathname.split("/")[2] !== original);
  const copy = new URL(other.url()).pathname.split("/")[2] ?? "";
  await save(other, copy, notebook("0.6"));
  await writeFile(page, original, "counts.csv", "species,count\nrye,3\nspelt,5\noats,8\n");
  await save(page, original, notebook("0.9"));

  await other.goto(routes.project(copy));
  await expect(other.getByText(t.projects.page.newer)).toBeVisible();
  await other.getByRole("link", { name: t.projects.page.bring }).click();
  await expect(other.getByText("counts.csv")).toBeVisible();
  await other.getByRole("button", { name: t.projects.upstream.bring }).click();
  const notes = other.getByRole("region", { name: t.projectFiles.merge.title });
  await expect(notes.getByText("field.ipynb")).toBeVisible();
  await expect(notes.getByText(t.projectFiles.merge.outcomes.both_kept)).toBeVisible();
  await expect(other.getByText(t.projects.upstream.none)).toBeVisible();

  await other.goto(routes.projectFiles(copy, "field.ipynb"));
  await expect(other.getByText("rate = 0.6")).toBeVisible();
  await expect(other.getByText("rate = 0.9")).toBeVisible();
  await other.goto(routes.projectFiles(copy, "counts.csv"));
  await expect(other.getByRole("cell", { name: "oats" })).toBeVisible();
  // Both sides know of one another, once others may read the copy.
  await page.goto(routes.project(original));
  await expect(page.getByRole("heading", { name: t.projects.page.copiesTitle })).toHaveCount(0);
  expect((await ask(other, "PATCH", routes.api.project(copy), { visibility: "public" })).status).toBe(200);
  await page.goto(routes.project(original));
  await expect(page.getByText(t.projects.page.copies(1))).toBeVisible();
  await page.getByRole("region", { name: t.projects.page.copiesTitle }).getByRole("link").click();
  await page.waitForURL((url) => url.pathname === routes.project(copy));
  await expect(page.getByText(t.projects.page.copiedFrom)).toBeVisible();
  await other.close();
});
