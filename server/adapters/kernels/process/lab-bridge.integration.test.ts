import { chown, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import http from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { type Browser, chromium, type Page } from "@playwright/test";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FromLab, ToLab } from "#lib/domain/lab.ts";
import { createLogger } from "#server/log.ts";
import type { KernelsPort } from "#server/ports/kernels.ts";
import { labClient } from "#tests/lab-client.ts";
import { openLabDoor } from "#tests/lab-door.ts";
import { gigabyte, value } from "../execute-for-a-test.ts";
import { createProcessKernels } from "./kernels.ts";
import { optionsIn } from "./test-options.ts";

const uid = process.getuid?.() === 0 ? 730_100 : null;
const patienceMs = 30_000;

type Wanted = ToLab extends infer T ? (T extends ToLab ? Omit<T, "sheaf" | "id"> : never) : never;

/** A page that holds a lab in a frame, keeps what it says, and speaks to it. */
const frame = (labOrigin: string): string => `<!doctype html><iframe style="width:100%;height:700px" src="${labOrigin}/lab"></iframe>
<script>
  window.heard = [];
  addEventListener("message", ({ origin, data }) => { if (origin === ${JSON.stringify(labOrigin)} && data && data.sheaf === 1) heard.push(data); });
  window.tell = (message) => document.querySelector("iframe").contentWindow.postMessage(message, ${JSON.stringify(labOrigin)});
</script>`;

describe("the bridge between a lab and the page around it", () => {
  let folder: string;
  let project: string;
  let kernels: KernelsPort;
  let browser: Browser;
  let page: Page;
  let client: ReturnType<typeof labClient>;
  let doorOrigin = "";
  let count = 0;
  const closing: (() => Promise<unknown>)[] = [];

  const serve = async (html: () => string): Promise<string> => {
    const server = http.createServer((_, response) => response.writeHead(200, { "content-type": "text/html" }).end(html()));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    closing.push(() => new Promise((resolve) => server.close(resolve).closeAllConnections()));
    return `http://localhost:${(server.address() as AddressInfo).port}`;
  };
  const heard = (): Promise<FromLab[]> => page.evaluate(() => (window as unknown as { heard: FromLab[] }).heard);
  const documents = async () => (await heard()).findLast((said) => said.type === "documents");
  const tell = async (message: Wanted): Promise<boolean> => {
    count += 1;
    const id = count;
    await page.evaluate((said) => (window as unknown as { tell(message: unknown): void }).tell(said), { sheaf: 1, id, ...message });
    await expect.poll(async () => (await heard()).some((said) => said.type === "done" && said.id === id), { timeout: patienceMs }).toBe(true);
    return (await heard()).some((said) => said.type === "done" && said.id === id && said.ok);
  };
  const put = async (name: string, text: string): Promise<void> => {
    await writeFile(path.join(project, name), text);
    if (uid !== null) await chown(path.join(project, name), uid, uid);
  };
  const lab = () => page.frameLocator("iframe");
  const onDisk = () => readFile(path.join(project, "notes.md"), "utf8");
  const type = async (text: string) => {
    await lab().locator(".jp-FileEditor .cm-content").click();
    await page.keyboard.type(text);
  };
  /** Whatever the lab's page would write waits on its way, until the answer is called. */
  const holdWriting = async (): Promise<() => void> => {
    let write = () => {};
    const held = new Promise<void>((resolve) => {
      write = resolve;
    });
    await page.route("**/api/contents/**", async (route) => {
      if (route.request().method() === "PUT") await held;
      await route.continue();
    });
    return write;
  };

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "bridge-"));
    project = path.join(folder, "home/projects/fern");
    await mkdir(project, { recursive: true });
    if (uid !== null) for (const one of ["home", "home/projects", "home/projects/fern"]) await chown(path.join(folder, one), uid, uid);
    await put("notes.md", "before");
    kernels = await createProcessKernels(optionsIn(path.join(folder, "server")), createLogger("test", "error"));
    let html = "";
    const pageOrigin = await serve(() => html);
    const started = value(
      await kernels.startLab({
        sessionId: "bridge",
        person: { username: "ada", uid },
        homeFolder: path.join(folder, "home"),
        folder: "projects/fern",
        groups: [],
        basePath: "/",
        pageOrigin,
        limits: { memoryBytes: 1.5 * gigabyte, cpus: 2, processes: 200, diskBytes: gigabyte },
      }),
    );
    client = labClient(started);
    const door = await openLabDoor(started);
    closing.push(() => client.close(), door.close);
    doorOrigin = door.origin;
    html = frame(doorOrigin);
    browser = await chromium.launch({
      executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium",
      args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"],
    });
    page = await browser.newPage();
    await page.goto(pageOrigin);
  });
  afterAll(async () => {
    await browser?.close();
    for (const close of closing) await close();
    await kernels?.close();
    await rm(folder, { recursive: true, force: true });
  });

  test("greets the page as soon as the lab can be used", async () => {
    await expect.poll(async () => (await heard()).map((said) => said.type), { timeout: 2 * patienceMs }).toContain("hello");
  });

  test("opens a document, and tells which one is looked at", async () => {
    expect(await tell({ type: "open", path: "notes.md" })).toBe(true);
    await expect.poll(documents, { timeout: patienceMs }).toMatchObject({ current: "notes.md", unsaved: [], busyKernels: 0 });
  });

  test("tells what is unsaved, and saves it at the page's word", async () => {
    const write = await holdWriting();
    await type("typed ");
    await expect.poll(documents, { timeout: patienceMs }).toMatchObject({ unsaved: ["notes.md"] });
    write();
    expect(await tell({ type: "save-all" })).toBe(true);
    expect(await onDisk()).toContain("typed");
    await expect.poll(documents, { timeout: patienceMs }).toMatchObject({ unsaved: [] });
  });

  test("saves by itself what is typed, also while it is being saved", async () => {
    const write = await holdWriting();
    await type("before ");
    await page.waitForRequest((request) => request.method() === "PUT");
    await page.keyboard.type("during ");
    write();
    await expect.poll(onDisk, { timeout: patienceMs }).toMatch(/before during/);
    await expect.poll(documents, { timeout: patienceMs }).toMatchObject({ unsaved: [] });
  });

  test("while nobody answers, lets people type on without a dialog, and saves as soon as it can", async () => {
    let asked = 0;
    await page.route("**/api/contents/**", (route) => {
      asked += 1;
      return route.fulfill({ status: 503, body: "away" });
    });
    await type("meanwhile ");
    await expect.poll(() => asked, { timeout: patienceMs }).toBeGreaterThan(1);
    await page.keyboard.press("Control+s");
    await page.keyboard.type("and on ");
    expect(await lab().locator(".jp-Dialog").count()).toBe(0);
    await page.unroute("**/api/contents/**");
    await expect.poll(onDisk, { timeout: patienceMs }).toMatch(/meanwhile and on/);
    await expect.poll(documents, { timeout: patienceMs }).toMatchObject({ unsaved: [] });
  });

  test("reads from disk again what was changed there, and leaves alone what is unsaved", async () => {
    await put("notes.md", "changed elsewhere");
    expect(await tell({ type: "reload", paths: ["notes.md"] })).toBe(true);
    await expect.poll(() => lab().locator(".jp-FileEditor .cm-content").textContent(), { timeout: patienceMs }).toBe("changed elsewhere");
    await page.route("**/api/contents/**", (route) => (route.request().method() === "PUT" ? route.fulfill({ status: 503, body: "away" }) : route.continue()));
    await type("mine ");
    await put("notes.md", "changed once more");
    const read = tell({ type: "reload", paths: ["notes.md"] });
    const asked = async () => (await heard()).find((said) => said.type === "join");
    await expect.poll(asked, { timeout: patienceMs }).toMatchObject({ theirs: "changed once more" });
    const answer = { sheaf: 1, type: "joined", id: (await asked())?.id, text: null };
    await page.evaluate((said) => (window as unknown as { tell(message: unknown): void }).tell(said), answer);
    expect(await read).toBe(true);
    expect(await lab().locator(".jp-FileEditor .cm-content").textContent()).toContain("mine");
    await page.unroute("**/api/contents/**");
  });

  test("opens one terminal, however often it is asked", async () => {
    expect(await tell({ type: "terminal" })).toBe(true);
    await lab().locator(".jp-Terminal").waitFor({ timeout: patienceMs });
    expect(await tell({ type: "terminal" })).toBe(true);
    expect((await client.request("GET", "api/terminals")).body).toHaveLength(1);
  });

  test("follows the page's theme", async () => {
    expect(await tell({ type: "theme", dark: true })).toBe(true);
    await expect.poll(() => lab().locator("body").getAttribute("data-jp-theme-light"), { timeout: patienceMs }).toBe("false");
  });

  test("is not held by a page that is not ours", async () => {
    const other = await browser.newPage();
    await other.goto(await serve(() => frame(doorOrigin)));
    await expect.poll(() => other.frames().some((one) => one.url().startsWith("chrome-error:")), { timeout: patienceMs }).toBe(true);
    expect(await other.evaluate(() => (window as unknown as { heard: unknown[] }).heard)).toEqual([]);
    await other.close();
  });
});
