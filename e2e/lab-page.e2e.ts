import type { BrowserContext, Frame, Page } from "@playwright/test";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { expect, fillSignIn, signOut, signUp, test } from "./fixtures.ts";
import { addCell, ask, findLab, labFrame, type MadeProject, makeProject, openLab, runInCell, typeInCell } from "./lab.ts";

/** A lab or a kernel may have to begin meanwhile. */
const patience = { timeout: 90_000 };
test.describe.configure({ timeout: 300_000 });
let project: MadeProject | null = null;

const work = (page: Page) => page.locator(".lab-work");
const notice = (page: Page) => page.locator(".lab-notice");
const kernelName = (lab: Frame) => lab.locator(".jp-Toolbar-kernelName").first();

test.afterEach(async ({ context }) => {
  if (project === null) return;
  // Outside the lab's page, which starts again what ends by accident.
  const page = await context.newPage();
  await page.goto("/about");
  const open = await findLab(page, project.id).catch(() => null);
  if (open) await ask(page, "DELETE", routes.api.session(open.id));
  project = null;
});

/** Every document that this tab was given from now on. */
function countDocuments(page: Page): () => number {
  let documents = 0;
  page.on("request", (request) => {
    if (request.isNavigationRequest() && request.frame() === page.mainFrame()) documents++;
  });
  return () => documents;
}

/** A notebook that is shown, and saved as it is. */
async function openNotebook(page: Page, slug: string): Promise<Frame> {
  const lab = await openLab(page, slug);
  await lab.locator(".jp-CodeCell").first().waitFor(patience);
  await expect(work(page)).toHaveText(t.lab.versionSaved(1), patience);
  return lab;
}

async function stopByBar(page: Page): Promise<void> {
  await page.getByRole("button", { name: t.lab.stop, exact: true }).click();
}

async function signOutElsewhere(context: BrowserContext): Promise<Page> {
  const tab = await context.newPage();
  await tab.goto(routes.me());
  await signOut(tab);
  return tab;
}

test("a lab opens by name of what goes on, in one document; looking changes nothing; saving suggests words and warns of what is too large", async ({
  page,
}) => {
  await signUp(page);
  project = await makeProject(page, "Rye in the hills");
  await page.goto(routes.project(project.slug));
  const documents = countDocuments(page);
  await page.getByRole("link", { name: t.projects.page.open, exact: true }).click();
  await expect(page.locator(".lab-opening").getByText(t.lab.phases.ready).or(page.locator("iframe.lab-frame")).first()).toBeVisible(patience);
  const lab = await labFrame(page);
  expect(documents()).toBe(1);

  // A kernel that has started has noted its version in the notebook: nobody changed anything by that.
  await expect(lab.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").first()).toBeVisible(patience);
  await expect(work(page)).toHaveText(t.lab.versionSaved(1));

  await runInCell(page, lab, 0, 'open("readings.bin", "wb").truncate(101 * 2**20)\nprint("wrote" + "it")', "wroteit");
  await page.getByRole("button", { name: t.lab.save }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByLabel(t.lab.message)).toHaveValue(/notebook\.ipynb/, patience);
  await expect(dialog.getByText("readings.bin").first()).toBeVisible(patience);
  await expect(dialog.getByRole("heading", { name: t.projectFiles.changes.tooLarge })).toBeVisible();
  await dialog.getByLabel(t.lab.message).fill("Write the readings");
  await dialog.getByRole("button", { name: t.lab.saveNow, exact: true }).click();
  await expect(dialog.getByText(t.projectFiles.changes.leftOut)).toBeVisible(patience);
  await dialog.getByRole("button", { name: t.lab.close }).last().click();
  // The large file still is no part of it; a kernel's last word may have come after.
  await expect(work(page)).toHaveText(/changed since version 2$/, patience);
});

test("a lab that is stopped while a kernel is busy says so before; started again it holds what was typed, and a kernel", async ({ page, context }) => {
  await signUp(page);
  project = await makeProject(page, "Oats by the lake");
  const lab = await openNotebook(page, project.slug);
  // The kernel is there once a cell has run; the next one keeps it busy.
  await runInCell(page, lab, 0, "print('be' + 'gun')", "begun");
  await addCell(page);
  await typeInCell(page, lab, 1, "import time\ntime.sleep(600)");
  await page.keyboard.press("Control+Enter");
  await addCell(page);

  const list = await context.newPage();
  await list.goto(routes.running());
  await expect(list.getByRole("listitem").filter({ hasText: "Oats by the lake" })).toContainText(t.lab.busyKernel, patience);
  await list.getByRole("button", { name: `${t.lab.stop} Oats by the lake` }).click();
  await expect(list.getByRole("alertdialog")).toContainText(t.lab.stopBusyKernel);
  await list.getByRole("alertdialog").getByRole("button", { name: t.lab.cancel }).click();

  await page.bringToFront();
  await stopByBar(page);
  await expect(page.getByRole("alertdialog")).toContainText(t.lab.stopBusyKernel);
  await page.getByRole("alertdialog").getByRole("button", { name: t.lab.stop }).click();
  await expect(notice(page)).toContainText(t.lab.stopped.person, patience);
  await expect(list.getByRole("heading", { name: t.lab.running.emptyTitle })).toBeVisible(patience);

  await typeInCell(page, lab, 2, "typed_while_away = 1");
  await expect(work(page)).toContainText(t.lab.unsavedIn("notebook.ipynb"));
  await page.getByRole("button", { name: t.lab.start }).click();
  await expect(notice(page)).toHaveCount(0, patience);
  await expect(work(page)).toHaveText(t.lab.changedSince(1, 1), patience);
  await expect(lab.locator(".jp-Dialog")).toHaveCount(0);
  await expect(kernelName(lab)).toHaveText(/Python/, patience);
  await runInCell(page, lab, 2, "\nprint('came', 'back')", "came back");
});

test("signing out elsewhere is told, and signing in again lets the open lab go on with what was typed meanwhile", async ({ page, context }) => {
  const person = await signUp(page);
  project = await makeProject(page, "Wheat in the rain");
  const lab = await openNotebook(page, project.slug);
  await runInCell(page, lab, 0, "print('be' + 'gun')", "begun");
  await addCell(page);
  const tab = await signOutElsewhere(context);
  await expect(notice(page)).toContainText(t.lab.signedOut, patience);
  await page.bringToFront();
  await typeInCell(page, lab, 1, "typed_signed_out = 1");
  await tab.goto(routes.signIn());
  await fillSignIn(tab, person);
  await tab.waitForURL((url) => url.pathname !== "/sign-in");
  await page.bringToFront();
  await expect(notice(page)).toHaveCount(0, patience);
  await expect(lab.locator(".jp-Notebook")).toContainText("typed_signed_out");
  await expect(lab.locator(".jp-Dialog")).toHaveCount(0);
  await expect(work(page)).toHaveText(t.lab.changedSince(1, 1), patience);
});

test("a project for the shell opens a terminal, which takes commands", async ({ page }) => {
  await signUp(page);
  project = await makeProject(page, "Counting in the shell", "shell");
  const lab = await openLab(page, project.slug);
  await lab.locator(".jp-Terminal").first().waitFor(patience);
  await lab.locator(".jp-Terminal").first().click();
  await expect(async () => {
    await page.keyboard.type("echo written > by-shell.txt\n");
    await expect(work(page)).toHaveText(t.lab.changedSince(1, 1), { timeout: 12_000 });
  }).toPass(patience);
});
