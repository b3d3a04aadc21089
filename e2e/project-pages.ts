import type { Page } from "@playwright/test";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { expect } from "./fixtures.ts";

export const notebook = (rate: string) =>
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

export type Sent = { readonly name: string; readonly mimeType: string; readonly buffer: Buffer };

const field: readonly Sent[] = [
  { name: "field.ipynb", mimeType: "application/json", buffer: Buffer.from(notebook("0.5")) },
  { name: "counts.csv", mimeType: "text/csv", buffer: Buffer.from("species,count\nrye,3\nspelt,5\n") },
  { name: "README.md", mimeType: "text/markdown", buffer: Buffer.from("# Field\n\nCounted in *June*.\n") },
  { name: "fit.py", mimeType: "text/x-python", buffer: Buffer.from("def fit(x):\n    return x\n") },
  { name: "raw.bin", mimeType: "application/octet-stream", buffer: Buffer.from([0, 1, 2, 3]) },
];

/** By the form, from files of the computer; answers with the address of the project. */
export async function makeFromFiles(page: Page, title: string, files: readonly Sent[] = field): Promise<string> {
  await page.goto(`${routes.newProject()}?from=upload`);
  await page.getByLabel(t.projects.form.title).fill(title);
  await page.locator('input[name="files"]').setInputFiles([...files]);
  await expect(page.getByText(t.projects.make.chosen(files.length, "").replace(/, $/, ""))).toBeVisible();
  await page.getByRole("button", { name: t.projects.make.submit }).click();
  await page.waitForURL((url) => /^\/projects\/(?!new$)[^/]+$/.test(url.pathname));
  await expect(page.getByRole("heading", { level: 1, name: title })).toBeVisible();
  return new URL(page.url()).pathname.split("/")[2] ?? "";
}

/** One's own files as programs write them, by the browser's own sign-in. */
export async function writeFile(page: Page, slug: string, path: string, content: string): Promise<void> {
  const status = await page.evaluate(
    async ([address, body]) => (await fetch(address, { method: "PUT", body, headers: { "content-type": "application/octet-stream" } })).status,
    [routes.api.projectFile(slug, path), content] as const,
  );
  expect(status).toBeLessThan(300);
}
