import type { Frame, Page } from "@playwright/test";
import type { LabView } from "#lib/domain/lab.ts";
import { routes } from "#lib/routes.ts";
import { expect } from "./fixtures.ts";

/** Asks the site's own API as its pages do, with the cookies of this browser. */
export async function ask<T>(page: Page, method: "GET" | "POST" | "PUT" | "DELETE", address: string, body?: unknown): Promise<{ status: number; body: T }> {
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
