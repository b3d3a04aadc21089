import type { Page } from "@playwright/test";
import { routes } from "#lib/routes.ts";
import { expect, signUp, test } from "./fixtures.ts";
import { ask, makeProject, openLab, typeInCell } from "./lab.ts";

const notebook = (...sources: string[]) => ({
  nbformat: 4,
  nbformat_minor: 5,
  metadata: { kernelspec: { name: "python3", display_name: "Python 3", language: "python" }, language_info: { name: "python" } },
  cells: sources.map((source, index) => ({ cell_type: "code", id: `cell-${index}`, metadata: {}, source, outputs: [], execution_count: null })),
});

async function write(page: Page, project: string, path: string, content: string): Promise<void> {
  const written = await page.evaluate(async ([address, body]) => (await fetch(address, { method: "PUT", body })).status, [
    routes.api.projectFile(project, path),
    content,
  ] as const);
  expect(written).toBeLessThan(300);
}

async function read(page: Page, project: string, path: string): Promise<string> {
  return page.evaluate(async (address) => (await fetch(address)).text(), routes.api.projectFile(project, path));
}

test("what something else changes in a file that is open in the lab appears there, joined with what is being typed", async ({ page }) => {
  await signUp(page);
  const project = await makeProject(page, "Changed elsewhere");
  await write(page, project.id, "both.ipynb", JSON.stringify(notebook("first = 1", "second = 2")));
  const lab = await openLab(page, project.slug, "both.ipynb");
  const cells = lab.locator(".jp-CodeCell .cm-content");
  await expect(cells.nth(1)).toContainText("second = 2");

  // Nothing is typed: the newer file is shown.
  await write(page, project.id, "both.ipynb", JSON.stringify(notebook("first = 1", "second = 22", "third = 3")));
  await expect(cells.nth(1)).toContainText("second = 22");
  await expect(cells.nth(2)).toContainText("third = 3");

  // Somebody types all the while, before, during and after the change.
  await typeInCell(page, lab, 0, "\n# I write");
  const typing = page.keyboard.type(" a long sentence that takes a while to be written down", { delay: 60 });
  const before = JSON.parse(await read(page, project.id, "both.ipynb")) as ReturnType<typeof notebook>;
  await write(
    page,
    project.id,
    "both.ipynb",
    JSON.stringify({
      ...before,
      cells: [...before.cells.slice(0, 2), ...notebook("third = 3", "fourth = 4").cells.map((cell, index) => ({ ...cell, id: `cell-${index + 2}` }))],
    }),
  );
  await typing;
  await expect(cells.nth(3)).toContainText("fourth = 4");
  await expect(cells.nth(0)).toContainText("# I write a long sentence that takes a while to be written down");
  await expect(async () => {
    const onDisk = await read(page, project.id, "both.ipynb");
    for (const words of ["to be written down", "second = 22", "third = 3", "fourth = 4"]) expect(onDisk).toContain(words);
  }).toPass({ timeout: 30_000 });
  await expect(lab.getByText("File Changed")).toHaveCount(0);
});

test("lines of a text that both sides changed are kept, one of them in a file beside", async ({ page }) => {
  await signUp(page);
  const project = await makeProject(page, "Changed by both");
  await write(page, project.id, "notes.txt", "one\ntwo\nthree\n");
  const lab = await openLab(page, project.slug, "notes.txt");
  const editor = lab.locator(".jp-FileEditor .cm-content");
  await expect(editor).toContainText("two");
  await editor.click();
  await page.keyboard.press("Control+Home");
  const typing = page.keyboard.type("mine, slowly, ", { delay: 120 });
  await write(page, project.id, "notes.txt", "theirs one\ntwo\nthree\n");
  await typing;
  await expect(async () => {
    const { body } = await ask<{ items: readonly { path: string }[] }>(page, "GET", `/api/v1/projects/${project.id}/files`);
    const files = body.items.map((file) => file.path);
    const texts = await Promise.all(files.filter((name) => name.startsWith("notes")).map((name) => read(page, project.id, name)));
    expect(texts.join("")).toContain("mine, slowly, one");
    expect(texts.join("")).toContain("theirs one");
  }).toPass({ timeout: 30_000 });
  await expect(lab.getByText("File Changed")).toHaveCount(0);
});
