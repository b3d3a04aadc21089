import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Page } from "@playwright/test";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { expect, seriousFindings, signUp, test } from "./fixtures.ts";

const words = t.home;
const row = (page: Page, name: string) => page.getByRole("row").filter({ has: page.getByRole("button", { name: words.actionsOf(name), exact: true }) });
const choose = (page: Page, files: string | string[] | { name: string; mimeType: string; buffer: Buffer }[]) =>
  page.locator('input[name="upload-files"]').setInputFiles(files);
const textFile = (name: string, text: string) => ({ name, mimeType: "text/plain", buffer: Buffer.from(text) });

test("who is not signed in is led through signing in, and back", async ({ page }) => {
  await page.goto(routes.files("private"));
  await page.waitForURL(/\/sign-in\?next=%2Ffiles%2Fprivate/);
});

test("files are sent, renamed, deleted by a slip and brought back, with the keyboard", async ({ page }) => {
  await signUp(page);
  await page.goto(routes.files("private"));
  await expect(page.getByText(words.emptyFolder)).toBeVisible();
  await choose(page, [textFile("counts.csv", "species,count\nrye,3\nspelt,5\n"), textFile("notes.md", "# Field notes\n\nRain.")]);
  await expect(page.getByText(words.uploads.summary(2, 2))).toBeVisible();

  await row(page, "counts.csv").getByRole("link", { name: "counts.csv" }).focus();
  await page.keyboard.press("F2");
  await page.getByLabel(words.renameOf("counts.csv")).fill("harvest.csv");
  await page.keyboard.press("Enter");
  await expect(page.getByText(words.renamed("harvest.csv"))).toBeVisible();
  await expect(page.getByRole("link", { name: "harvest.csv" })).toBeFocused();

  await page.keyboard.press("Delete");
  await expect(page.getByText(words.trashed("harvest.csv"))).toBeVisible();
  await expect(row(page, "harvest.csv")).toHaveCount(0);
  await expect(page.getByRole("button", { name: words.undo })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(row(page, "harvest.csv")).toHaveCount(1);
  await expect(page.getByRole("link", { name: "harvest.csv" })).toBeFocused();

  await page.getByRole("link", { name: "harvest.csv" }).click();
  await expect(page.getByRole("columnheader", { name: "species" })).toBeVisible();
  await page.goBack();
  await page.getByRole("link", { name: "notes.md" }).click();
  await expect(page.getByRole("heading", { name: "Field notes" })).toBeVisible();
});

test("a file is moved into a folder and back, and the folder comes home as an archive", async ({ page }) => {
  await signUp(page);
  await page.goto(routes.files("private"));
  await choose(page, [textFile("counts.csv", "species,count\nrye,3\n")]);
  await page.getByRole("button", { name: words.newFolder }).click();
  await page.getByLabel(words.newFolderName).fill("second year");
  await page.keyboard.press("Enter");
  await expect(row(page, "second year")).toHaveCount(1);
  const menu = async (name: string, item: string) => {
    await row(page, name)
      .getByRole("button", { name: words.actionsOf(name) })
      .click();
    await page.getByRole("menuitem", { name: item }).click();
  };
  await menu("counts.csv", words.move);
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: words.moving.here }).click();
  await expect(dialog.getByText(words.moving.already)).toBeVisible();
  await dialog.getByRole("button", { name: "second year" }).click();
  await expect(dialog.getByText(words.moving.none)).toBeVisible();
  await dialog.getByRole("button", { name: words.moving.here }).click();
  await expect(page.getByText(words.moved("counts.csv", "private/second year"))).toBeVisible();
  await expect(page.getByRole("button", { name: words.undo })).toBeFocused();
  await expect(row(page, "counts.csv")).toHaveCount(0);

  const [download] = await Promise.all([page.waitForEvent("download"), menu("second year", words.downloadArchive)]);
  expect(download.suggestedFilename()).toBe("second year.zip");
  const bytes = await readFile(await download.path());
  expect(bytes.subarray(0, 2).toString()).toBe("PK");
  expect(bytes.includes("second year/counts.csv")).toBe(true);

  await page.getByRole("button", { name: words.undo }).click();
  await expect(row(page, "counts.csv")).toHaveCount(1);
  await expect(page.getByRole("link", { name: "counts.csv" })).toBeFocused();
});

test("a file of the same name is asked about, and what it replaces lies in the trash", async ({ page }) => {
  await signUp(page);
  await page.goto(routes.files("private"));
  await choose(page, [textFile("a.txt", "first")]);
  await expect(row(page, "a.txt")).toBeVisible();
  await choose(page, [textFile("a.txt", "second")]);
  await expect(page.getByText(words.uploads.exists)).toBeVisible();
  await page.getByRole("button", { name: words.uploads.beside }).click();
  await expect(row(page, "a (2).txt")).toBeVisible();
  await choose(page, [textFile("a.txt", "third")]);
  await page.getByRole("button", { name: words.uploads.replace }).click();
  await expect(page.getByText(words.uploads.summary(3, 3))).toBeVisible();
  await page.getByRole("link", { name: "a.txt", exact: true }).click();
  await expect(page.getByText("third")).toBeVisible();

  await page.goto(routes.homeTrash());
  await page.getByRole("button", { name: words.bin.restoreOf("private/a.txt") }).click();
  await expect(page.getByText(words.bin.restored("private/a (3).txt"))).toBeVisible();
  await expect(page.getByText(words.bin.empty)).toBeVisible();
});

test("the trash is emptied after a question, and not before", async ({ page }) => {
  await signUp(page);
  await page.goto(routes.files("private"));
  await page.getByRole("button", { name: words.newFolder }).click();
  await page.getByLabel(words.newFolderName).fill("old");
  await page.keyboard.press("Enter");
  await row(page, "old")
    .getByRole("button", { name: words.actionsOf("old") })
    .click();
  await page.getByRole("menuitem", { name: words.remove }).click();
  await expect(page.getByText(words.trashed("old"))).toBeVisible();
  await page.goto(routes.homeTrash());
  await page.getByRole("button", { name: words.bin.emptyAll }).click();
  await page.getByRole("button", { name: words.bin.keep }).click();
  await expect(page.getByText("private/old")).toBeVisible();
  await page.getByRole("button", { name: words.bin.emptyAll }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: words.bin.emptyAll }).click();
  await expect(page.getByText(words.bin.empty)).toBeVisible();
});

test.describe("a large file", () => {
  let folder: string;
  let large: string;
  test.beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "sheaf-upload-"));
    large = path.join(folder, "large.bin");
    await writeFile(large, randomBytes(48 * 1024 * 1024));
  });
  test.afterAll(() => rm(folder, { recursive: true, force: true }));

  /** Slow enough to be cut in the middle. */
  async function slowLine(page: Page): Promise<(offline: boolean) => Promise<unknown>> {
    const session = await page.context().newCDPSession(page);
    await session.send("Network.enable");
    return (offline) => session.send("Network.emulateNetworkConditions", { offline, latency: 0, downloadThroughput: -1, uploadThroughput: 6 * 1024 * 1024 });
  }
  async function sameBytes(page: Page): Promise<void> {
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      (async () => {
        await row(page, "large.bin")
          .getByRole("button", { name: words.actionsOf("large.bin") })
          .click();
        await page.getByRole("menuitem", { name: words.download }).click();
      })(),
    ]);
    const digest = async (file: string) =>
      createHash("sha256")
        .update(await readFile(file))
        .digest("hex");
    expect(await digest(await download.path())).toBe(await digest(large));
  }
  const percent = async (page: Page) => Number(await page.getByRole("progressbar", { name: "private/large.bin" }).getAttribute("value"));

  test("goes on by itself when the line was cut", async ({ page }) => {
    test.setTimeout(120_000);
    await signUp(page);
    await page.goto(routes.files("private"));
    const line = await slowLine(page);
    await line(false);
    await choose(page, large);
    await expect.poll(() => percent(page), { timeout: 30_000 }).toBeGreaterThan(10_000_000);
    await line(true);
    await expect(page.getByText(/The line is cut/)).toBeVisible({ timeout: 30_000 });
    await line(false);
    await expect(page.getByText(words.uploads.summary(1, 1))).toBeVisible({ timeout: 60_000 });
    await expect(row(page, "large.bin")).toBeVisible();
    await sameBytes(page);
  });

  test("goes on after the page was loaded anew, when it is chosen again", async ({ page }) => {
    test.setTimeout(120_000);
    await signUp(page);
    await page.goto(routes.files("private"));
    const line = await slowLine(page);
    await line(false);
    await choose(page, large);
    await expect.poll(() => percent(page), { timeout: 30_000 }).toBeGreaterThan(20_000_000);
    page.on("dialog", (dialog) => void dialog.accept());
    await page.reload();
    await expect(page.getByText(words.uploads.unfinished)).toBeVisible();
    await choose(page, large);
    await expect.poll(() => percent(page), { timeout: 30_000 }).toBeGreaterThan(16_000_000);
    await expect(page.getByText(words.uploads.summary(1, 1))).toBeVisible({ timeout: 60_000 });
    await sameBytes(page);
  });
});

test("a file that would be a page of its own is saved, not shown", async ({ page }) => {
  await signUp(page);
  await page.goto(routes.files("private"));
  await choose(page, [textFile("evil.html", "<script>document.title='evil'</script>")]);
  await page.getByRole("link", { name: "evil.html" }).click();
  await expect(page.getByText("document.title")).toBeVisible();
  const [download] = await Promise.all([page.waitForEvent("download"), page.goto(routes.api.homeFile("private/evil.html")).catch(() => null)]);
  expect(download.suggestedFilename()).toBe("evil.html");
});

for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [1280, 390]) {
    test.describe(`${colorScheme}, ${width}`, () => {
      test.use({ colorScheme, viewport: { width, height: 900 }, contextOptions: { reducedMotion: "reduce" } });
      test("axe finds nothing serious, and nothing scrolls sideways", async ({ page }) => {
        await signUp(page);
        await page.goto(routes.files("private"));
        await choose(page, [textFile(`${"long-".repeat(30)}name.csv`, "a,b\n1,2\n"), textFile("b.txt", "x")]);
        await expect(page.getByText(words.uploads.summary(2, 2))).toBeVisible();
        await row(page, "b.txt")
          .getByRole("button", { name: words.actionsOf("b.txt") })
          .click();
        await page.getByRole("menuitem", { name: words.remove }).click();
        await expect(page.getByRole("button", { name: words.undo })).toBeVisible();
        const sound = async () => {
          expect(await seriousFindings(page)).toEqual([]);
          expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBeLessThanOrEqual(0);
        };
        await sound();
        for (const address of [routes.files(), routes.homeTrash(), routes.files("runs"), routes.files("projects")]) {
          await page.goto(address);
          await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
          await sound();
        }
      });
    });
  }
}
