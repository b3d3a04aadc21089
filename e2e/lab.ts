import type { Frame, Page } from "@playwright/test";
import type { LabView } from "#lib/domain/lab.ts";
import { routes } from "#lib/routes.ts";
import { expect } from "./fixtures.ts";

/** Asks the site's own API as its pages do, with the cookies of this browser. */
export async function ask<T>(
  page: Page,
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
  address: string,
  body?: unknown,
): Promise<{ status: number; body: T }> {
  return page.evaluate(
    async ([verb, path, content]) => {
      const response = await fetch(path, {
        method: verb,
        ...(content === null ? {} : { body: content, headers: { "Content-Type": "application/json" } }),
      });
      const text = await response.text();
      return { status: response.status, body: text === "" ? null : JSON.parse(text) };
    },
    [method, address, body === undefined ? null : JSON.stringify(body)] as const,
  ) as Promise<{ status: number; body: T }>;
}

export type MadeProject = { readonly id: string; readonly slug: string };

export async function makeProject(page: Page, title: string, type: "worksheet" | "notebook" | "shell" = "notebook"): Promise<MadeProject> {
  const made = await ask<MadeProject>(page, "POST", routes.api.projects(), { title, type, visibility: "private" });
  expect(made.status).toBe(201);
  return made.body;
}

/** Opens a project's lab as a person does, until JupyterLab in the frame says that it is there. */
export async function openLab(page: Page, slug: string, path?: string): Promise<Frame> {
  await page.goto(routes.lab(slug, path));
  return labFrame(page);
}

/** The frame with JupyterLab, once it shows something. */
export async function labFrame(page: Page): Promise<Frame> {
  const element = await page.locator("iframe.lab-frame").elementHandle({ timeout: 90_000 });
  const frame = await element?.contentFrame();
  if (!frame) throw new Error("The page holds no lab.");
  await frame.locator("#jp-main-dock-panel, #main").first().waitFor({ timeout: 90_000 });
  return frame;
}

/** The lab of a project of one's own, if one is open. */
export async function findLab(page: Page, projectId: string): Promise<LabView | null> {
  const { body } = await ask<{ items: readonly ({ kind: "lab"; lab: LabView } | { kind: "run" })[] }>(page, "GET", routes.api.sessions());
  for (const thing of body.items) if (thing.kind === "lab" && thing.lab.project?.id === projectId) return thing.lab;
  return null;
}

/** Types at the end of the notebook's code cell of that number, as a person does. */
export async function typeInCell(page: Page, lab: Frame, cell: number, text: string): Promise<void> {
  await lab.locator(".jp-CodeCell").nth(cell).locator(".cm-content").click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type(text);
}

/** Types and runs the cell, by keys alone, and waits for those words in its output. */
export async function runInCell(page: Page, lab: Frame, cell: number, text: string, words?: string): Promise<void> {
  await typeInCell(page, lab, cell, text);
  const typedIn = lab.locator(".jp-CodeCell").nth(cell);
  // JupyterLab drops what is run before its kernel is there: a person presses once more.
  await expect(async () => {
    await page.keyboard.press("Control+Enter");
    await expect(typedIn.locator(".jp-InputPrompt")).toHaveText(/\d/, { timeout: 15_000 });
  }).toPass({ timeout: 90_000 });
  if (words !== undefined) await expect(typedIn.locator(".jp-OutputArea")).toContainText(words, { timeout: 90_000 });
}

/** From a cell that was run to a new one below it. */
export async function addCell(page: Page): Promise<void> {
  await page.keyboard.press("b");
}
