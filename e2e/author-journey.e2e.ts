import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Browser, type BrowserContext, type BrowserServer, chromium, type Frame, type Page } from "@playwright/test";
import type { ProjectWorksheet } from "#lib/domain/project.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { freePort } from "#server/free-port.ts";
import { type SheafServer, startSheaf } from "#tests/sheaf-server.ts";
import { expect, fillSignUp, newPerson, pressRun, signUp, test } from "./fixtures.ts";
import { addCell, ask, labFrame, makeProject, openLab, runInCell, typeInCell } from "./lab.ts";

const environment = { SHEAF_DEMO: "off", SHEAF_POOL_SIZE: "1" };
const notebook = "notebook.ipynb";
/** A lab, a kernel, a server may have to begin anew meanwhile. */
const patienceMs = 90_000;
const typed = ["# typed before the browser ended", "# typed before the lab ended", "# typed before the server ended", "# typed after it"];
let dataFolder: string;
let server: SheafServer;

// A browser that was killed cannot hand over its trace.
test.use({ trace: "off" });

test.beforeAll(async () => {
  test.setTimeout(300_000);
  dataFolder = await mkdtemp(path.join(os.tmpdir(), "sheaf-author-"));
  server = await startSheaf({ dataFolder, environment });
});
test.afterAll(async () => {
  const left = await server.stop();
  await rm(dataFolder, { recursive: true, force: true });
  expect(left.map((seen) => seen.command)).toEqual([]);
});

/** Every process at once, the database among them, and a new start on the same files under the same address. */
async function killServer(settings: Readonly<Record<string, string>> = {}): Promise<void> {
  await server.killHard("everything");
  server = await startSheaf({ dataFolder, environment: { ...environment, ...settings }, port: server.port });
}

async function openPage(browser: Browser, storageState?: Awaited<ReturnType<BrowserContext["storageState"]>>): Promise<Page> {
  const context = await browser.newContext({ baseURL: server.publicUrl, ...(storageState ? { storageState } : {}) });
  context.setDefaultTimeout(patienceMs);
  return context.newPage();
}

/** A browser of its own, that can be killed. */
async function openBrowser(): Promise<{ chrome: BrowserServer; browser: Browser }> {
  const chrome = await chromium.launchServer({ ...test.info().project.use.launchOptions });
  return { chrome, browser: await chromium.connect(chrome.wsEndpoint()) };
}

const work = (page: Page) => page.locator(".lab-work");
const isOnDisk = (page: Page) => expect(work(page)).toContainText(/^1 file changed since version/, { timeout: patienceMs });

async function editorHolds(lab: Frame, words: readonly string[]): Promise<void> {
  for (const word of words) await expect(lab.locator(".jp-Notebook")).toContainText(word, { timeout: patienceMs });
}

/** What stands in one's own files, once it holds all that. */
async function fileHolds(page: Page, slug: string, words: readonly string[]): Promise<void> {
  const read = async () => JSON.stringify(await ask(page, "GET", routes.api.projectFile(slug, notebook)).catch(String));
  for (const one of words) await expect.poll(read, { timeout: patienceMs }).toContain(one);
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended with its parent.
  }
}

async function saveByBar(page: Page, number?: number): Promise<void> {
  await page.getByRole("button", { name: t.lab.save }).click();
  await page.getByRole("dialog").getByRole("button", { name: t.lab.saveNow, exact: true }).click();
  await expect(work(page)).toHaveText(number === undefined ? /^Version \d+ saved$/ : t.lab.versionSaved(number), { timeout: patienceMs });
}

test("from nothing to a worksheet that others run and improve, through kills of browser, lab and server", async () => {
  test.setTimeout(600_000);
  let { chrome, browser } = await openBrowser();
  let page = await openPage(browser);
  let lab: Frame;
  const title = "Barley by the river";
  let slug = "";

  await test.step("signs up, makes a project, and is in its lab", async () => {
    await signUp(page);
    await page.goto(routes.newProject());
    await page.getByLabel(t.projects.form.title).fill(title);
    await page.getByText(t.projects.form.more, { exact: true }).click();
    await page.getByRole("radio", { name: t.projects.visibilities.public }).check();
    await page.getByRole("button", { name: t.projects.make.submit }).click();
    lab = await labFrame(page);
    slug = new URL(page.url()).pathname.split("/")[2] ?? "";
  });

  await test.step("writes and runs a cell, saves it, and saves a version by the bar", async () => {
    await runInCell(page, lab, 0, "rate = 0.5");
    await addCell(page);
    await runInCell(page, lab, 1, 'print("doubled:", rate * 2)', "doubled: 1.0");
    await addCell(page);
    await page.keyboard.press("Control+s");
    await isOnDisk(page);
    await saveByBar(page, 2);
  });

  await test.step("the browser is killed: what was typed a moment before is there", async () => {
    const typedAt = Date.now();
    await typeInCell(page, lab, 2, "# typed before the browser ended");
    await isOnDisk(page);
    console.log(`typed work was on disk, and told so, after ${Date.now() - typedAt} ms`);
    const cookies = await page.context().storageState();
    chrome.process().kill("SIGKILL");
    ({ chrome, browser } = await openBrowser());
    page = await openPage(browser, cookies);
    lab = await openLab(page, slug, notebook);
    await editorHolds(lab, ["doubled:", "# typed before the browser ended"]);
    await lab.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').waitFor();
  });

  await test.step("the lab is killed: the page goes on, and what was not saved is saved then", async () => {
    await typeInCell(page, lab, 2, "\n# typed before the lab ended");
    for (const seen of server.processes()) if (seen.command.includes("lab/start.py")) kill(seen.pid);
    await fileHolds(page, slug, typed.slice(0, 2));
    await editorHolds(lab, typed.slice(0, 2));
  });

  await test.step("the server is killed with its database: the page goes on likewise", async () => {
    await typeInCell(page, lab, 2, "\n# typed before the server ended");
    await killServer();
    await page.keyboard.type("\n# typed after it");
    await fileHolds(page, slug, typed);
    await editorHolds(lab, typed);
    await saveByBar(page, 3);
  });

  await test.step("marks a parameter, tries it, and publishes", async () => {
    await page.goto(routes.projectParameters(slug, notebook));
    await page.getByRole("checkbox", { name: t.parameters.mark("rate") }).check();
    await page.getByLabel("Rate", { exact: true }).fill("0.7");
    await pressRun(page);
    await expect(page.getByText("doubled: 1.4")).toBeVisible({ timeout: patienceMs });
    await page.getByRole("button", { name: t.parameters.publish }).click();
    await page.getByRole("link", { name: t.parameters.seePage }).click({ timeout: patienceMs });
    await page.waitForURL(/\/worksheets\//);
  });
  const worksheet = new URL(page.url()).pathname;

  const visitor = await openPage(browser);
  await test.step("a visitor runs it with a value of their own", async () => {
    await visitor.goto(worksheet);
    await visitor.getByLabel("Rate", { exact: true }).fill("2");
    await pressRun(visitor);
    await expect(visitor.getByText("doubled: 4")).toBeVisible({ timeout: patienceMs });
  });

  await test.step("wants a copy, signs up, and is in it with that value", async () => {
    await visitor.getByRole("main").getByRole("link", { name: t.projects.page.copy }).click();
    await visitor.getByRole("button", { name: t.projects.copy.signUp }).click();
    await visitor.waitForURL(/\/sign-up\?next=/);
    await fillSignUp(visitor, newPerson());
    await visitor.waitForURL((url) => url.pathname.endsWith("/parameters") && !url.pathname.includes(`/${slug}/`), { timeout: patienceMs });
    await expect(visitor.getByLabel("Rate", { exact: true })).toHaveValue("2");
  });

  await test.step("improves the copy, and goes back to what it was", async () => {
    const copy = new URL(visitor.url()).pathname.split("/")[2] ?? "";
    lab = await openLab(visitor, copy, notebook);
    await typeInCell(visitor, lab, 0, "\nrate = rate * 10");
    await isOnDisk(visitor);
    await saveByBar(visitor);
    await visitor.goto(routes.projectFiles(copy, notebook));
    await expect(visitor.getByText("rate = rate * 10")).toBeVisible();
    await visitor.goto(routes.projectVersions(copy));
    await visitor.getByRole("button", { name: t.projectFiles.versions.restore }).first().click();
    await visitor.getByRole("alertdialog").getByRole("button", { name: t.projectFiles.versions.restore }).click();
    await expect(visitor.getByText(/Restored as version \d+\./)).toBeVisible({ timeout: patienceMs });
    await visitor.goto(routes.projectFiles(copy, notebook));
    await expect(visitor.getByText("rate = 0.5")).toBeVisible();
    await expect(visitor.getByText("rate = rate * 10")).toHaveCount(0);
  });
  await browser.close();
  await chrome.close();
});

/** One in each part of that time. */
function momentsIn(durationMs: number, count: number): number[] {
  return Array.from({ length: count }, (_, part) => ((part + Math.random()) / count) * durationMs);
}

async function makeRye(page: Page, title: string, rate: number): Promise<string> {
  const { slug } = await makeProject(page, title, "worksheet");
  await writeRate(page, slug, rate);
  return slug;
}

async function writeRate(page: Page, slug: string, rate: number): Promise<void> {
  const cell = (id: string, source: string, metadata = {}) => ({ id, cell_type: "code", metadata, execution_count: null, outputs: [], source });
  const cells = [cell("values", `rate = ${rate}`, { tags: ["parameters"] }), cell("answer", 'print("doubled:", rate * 2)')];
  const written = await ask(page, "PUT", routes.api.projectFile(slug, notebook), {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { language_info: { name: "python" } },
    cells,
  });
  expect(written.status).toBeLessThan(300);
}

async function numbers(page: Page, slug: string): Promise<number[]> {
  return (await ask<{ items: readonly { number: number }[] }>(page, "GET", routes.api.projectVersions(slug))).body.items.map(({ number }) => number);
}

test("a server killed while a version is saved has saved it or not, and its pages say which", async ({ browser }) => {
  test.setTimeout(600_000);
  const page = await openPage(browser);
  await signUp(page);
  const slug = await makeRye(page, "Rye in a storm", 1);
  const press = () => page.getByRole("button", { name: t.projectFiles.changes.save, exact: true }).click();
  await page.goto(routes.projectChanges(slug));
  const began = Date.now();
  await press();
  await expect(page.getByText(t.projectFiles.changes.saved(2))).toBeVisible();
  const usualMs = Date.now() - began;

  let last = 2;
  for (const [round, moment] of momentsIn(usualMs, 3).entries()) {
    const line = `rate = ${round + 2}`;
    await writeRate(page, slug, round + 2);
    await page.goto(routes.projectChanges(slug));
    await Promise.all([press(), sleep(moment).then(() => killServer())]);
    await page.goto(routes.projectChanges(slug));
    const there = await numbers(page, slug);
    const isSaved = there[0] === last + 1;
    console.log(`killed ${Math.round(moment)} ms into saving that takes ${usualMs} ms: ${isSaved ? "saved" : "not saved"}`);
    expect(there).toEqual(Array.from({ length: there.length }, (_, index) => last + (isSaved ? 1 : 0) - index));
    // The version may come to be a moment after the kill: by a program that had its orders.
    if (isSaved)
      await expect(async () => {
        await page.goto(routes.projectChanges(slug));
        await expect(page.getByText(t.projectFiles.changes.none)).toBeVisible({ timeout: 3000 });
      }).toPass({ timeout: 20_000 });
    else {
      await expect(page.getByText(line).first()).toBeVisible();
      await press();
      await expect(page.getByText(t.projectFiles.changes.saved(last + 1))).toBeVisible();
    }
    last += 1;
    await page.goto(routes.projectFiles(slug, notebook));
    await expect(page.getByText(line)).toBeVisible();
  }
  await page.context().close();
});

test("a server killed while a worksheet is published has published it or not, and its pages say which", async ({ browser }) => {
  test.setTimeout(600_000);
  const page = await openPage(browser);
  await signUp(page);
  const press = () => page.getByRole("button", { name: t.projects.page.publishOf(notebook) }).click();
  const state = async (slug: string) => (await ask<{ items: readonly ProjectWorksheet[] }>(page, "GET", routes.api.projectWorksheets(slug))).body.items[0];
  const ready = async (round: number, title: string) => {
    const slug = await makeRye(page, title, round);
    expect((await ask(page, "POST", routes.api.projectVersions(slug), { message: "" })).status).toBe(201);
    await page.goto(routes.project(slug));
    return slug;
  };
  await ready(1, "Spelt in calm");
  const began = Date.now();
  await press();
  await expect(page.getByText(t.projects.notebooks.states.published, { exact: true })).toBeVisible({ timeout: patienceMs });
  const usualMs = Date.now() - began;

  for (const [round, moment] of momentsIn(usualMs, 2).entries()) {
    const slug = await ready(round + 2, `Spelt in storm ${round + 1}`);
    await Promise.all([press(), sleep(moment).then(() => killServer())]);
    await page.goto(routes.project(slug));
    await expect.poll(async () => (await state(slug))?.state, { timeout: patienceMs }).toMatch(/never|published|failed/);
    const found = await state(slug);
    console.log(`killed ${Math.round(moment)} ms into publishing that takes ${usualMs} ms: ${found?.state}`);
    await page.goto(routes.project(slug));
    await expect(page.getByText(t.projects.notebooks.states[found?.state ?? "never"], { exact: true })).toBeVisible();
    if (found?.state !== "published") {
      expect(found?.worksheet?.shown ?? false).toBe(false);
      await press();
      await expect(page.getByText(t.projects.notebooks.states.published, { exact: true })).toBeVisible({ timeout: patienceMs });
    }
    await page.getByRole("link", { name: t.projects.notebooks.page }).click();
    await expect(page.getByText(`doubled: ${(round + 2) * 2}`)).toBeVisible();
  }
  await page.context().close();
});

test("where names below the site's own do not resolve, labs open on a second port", async ({ browser }) => {
  test.setTimeout(600_000);
  const labPort = await freePort();
  await killServer({ SHEAF_LAB_HOSTS: "port", SHEAF_LAB_PORT: String(labPort) });
  const page = await openPage(browser);
  await signUp(page);
  const { slug } = await makeProject(page, "Emmer behind one name");
  const lab = await openLab(page, slug, notebook);
  const { host } = new URL(server.publicUrl);
  expect(lab.url()).toContain(`//${host.replace(/:\d+$/, `:${labPort}`)}/labs/`);
  await runInCell(page, lab, 0, 'print("written" + " here")', "written here");
  await fileHolds(page, slug, ["written here"]);
  await saveByBar(page, 2);
  await page.context().close();
});
