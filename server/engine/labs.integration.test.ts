import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LabView } from "#lib/domain/lab.ts";
import { openEnvironments, openKernels } from "#server/container.ts";
import { newId } from "#server/ids.ts";
import { followLab } from "#server/usecases/follow-lab.ts";
import { keepLab } from "#server/usecases/keep-lab.ts";
import { listRunning } from "#server/usecases/list-running.ts";
import { openLab } from "#server/usecases/open-lab.ts";
import { showLab } from "#server/usecases/show-lab.ts";
import { stopLab } from "#server/usecases/stop-lab.ts";
import { type LabSite, labSite } from "#tests/lab-site.ts";
import { code, person, value } from "#tests/world.ts";
import { type Engine, startEngine } from "./engine.ts";

const perPerson = 3;

describe("labs", () => {
  let site: LabSite;
  let engine: Engine;
  let extraBytes = 0;
  const inHome = (...names: string[]): string => path.join(site.homes.folderOf({ username: "ada", uid: null }), ...names);

  beforeAll(async () => {
    site = await labSite({ SHEAF_LABS_PER_PERSON: String(perPerson) });
    const homes: typeof site.homes = {
      ...site.homes,
      usage: async (...all) => {
        const usage = await site.homes.usage(...all);
        return { ...usage, usedBytes: usage.usedBytes + extraBytes };
      },
    };
    engine = await startEngine({ ...site.services, homes }, await openKernels(site.config, site.log), await openEnvironments(site.config, site.log));
  });
  afterAll(async () => {
    await engine?.stop();
    const left = await readdir(`${site.config.dataFolder}/kernels/engine`);
    await site.close();
    expect(left).toEqual([]);
  });
  const stop = async (id: string): Promise<void> => {
    value(await stopLab(site.author, { id }));
    await site.until(id, (lab) => lab.state === "stopped");
  };

  test("are opened in named phases, with the project's files, and run cells", async () => {
    const projectId = await site.project({ "notes.md": "# Notes\n", "data/table.csv": "a,b\n" });
    const first = value(await openLab(site.author, { projectId }));
    const ending = new AbortController();
    const seen: LabView[] = [];
    for await (const { event } of value(await followLab(site.author, { id: first.id, signal: ending.signal }))) {
      seen.push(event);
      if (event.state === "ready" || event.state === "failed") break;
    }
    ending.abort();
    expect(seen.map((view) => view.phase)).toEqual(["queued", "files", "server", "ready"].filter((phase) => seen.some((view) => view.phase === phase)));
    expect(seen.at(-1)).toMatchObject({ state: "ready", error: null, project: { id: projectId } });
    const lab = await site.until(first.id, (row) => row.usage !== null);
    expect(lab).toMatchObject({ startMs: expect.any(Number), warm: false });
    const client = site.enter(lab);
    const kernel = await client.kernel();
    expect(await kernel.execute("import os; print(sorted(os.listdir('.')), open('data/table.csv').read())")).toBe("['data', 'notes.md'] a,b\n\n");
    await kernel.execute("open('result.txt', 'w').write('kept')");

    const again = value(await openLab(site.author, { projectId }));
    expect(again).toMatchObject({ id: first.id, state: "ready" });
    const running = value(await listRunning(site.author));
    expect(running).toMatchObject([
      { kind: "lab", lab: { id: first.id, usage: { memoryBytes: expect.any(Number), limitBytes: site.config.labs.memoryBytes } } },
    ]);

    await stop(first.id);
    expect(await site.store.findLab(lab.id)).toMatchObject({ stopReason: "person", address: null, secret: null, error: null });
    const next = await site.open(projectId);
    expect(next.lab.label).toBe(lab.label);
    expect(next.lab.secret).not.toBe(lab.secret);
    expect((await next.client.request("GET", "api/contents/result.txt")).body).toMatchObject({ content: "kept" });
    await stop(first.id);
  });

  test("are also had on the home itself", async () => {
    const { view, client } = await site.open(null);
    expect(view.project).toBeNull();
    const names = ((await client.request("GET", "api/contents")).body as { content: { name: string }[] }).content.map((entry) => entry.name);
    expect(names).toEqual(expect.arrayContaining(["projects", "settings"]));
    await stop(view.id);
  });

  test("belong to one person: others do not see them, administrators stop them, nobody else enters", async () => {
    const { view } = await site.open(await site.project());
    const stranger = site.as(person(newId("user"), "mallory", "author"));
    for (const asked of [
      showLab(stranger, view),
      stopLab(stranger, view),
      keepLab(stranger, view),
      followLab(stranger, { id: view.id, signal: new AbortController().signal }),
    ])
      expect(code(await asked)).toBe("not_found");
    expect(code(await listRunning(stranger, { all: true }))).toBe("forbidden");
    const administrator = site.as(person(newId("user"), "root", "admin"));
    expect(value(await listRunning(administrator, { all: true }))).toMatchObject([{ kind: "lab", lab: { id: view.id, owner: "ada" } }]);
    expect(code(await keepLab(administrator, view))).toBe("not_found");
    value(await stopLab(administrator, view));
    expect(await site.until(view.id, (lab) => lab.state === "stopped")).toMatchObject({ stopReason: "administrator" });
  });

  test("are as many as a person may have; the next names those that could be stopped", async () => {
    const opened = [];
    for (let n = 0; n < perPerson; n += 1) opened.push(value(await openLab(site.author, { projectId: await site.project() })));
    const refused = await openLab(site.author, { projectId: await site.project() });
    expect(refused).toMatchObject({ ok: false, failure: { code: "too_many", message: expect.stringContaining(opened[0]?.project?.title ?? "?") } });
    // Also what has only begun is stopped.
    await Promise.all(opened.map((view) => stop(view.id)));
  });

  test("that die say so, and start again under the same label", async () => {
    const projectId = await site.project();
    const { lab, client } = await site.open(projectId);
    const kernel = await client.kernel();
    await kernel.execute("open('before.txt', 'w').write('kept')");
    kernel.send("import os, signal; os.kill(os.getppid(), signal.SIGKILL)");
    expect(await site.until(lab.id, (row) => row.state === "stopped")).toMatchObject({ stopReason: "ended", error: expect.stringContaining("by itself") });
    const again = await site.open(projectId);
    expect(again.lab).toMatchObject({ label: lab.label, generation: 2, state: "ready", error: null });
    expect((await again.client.request("GET", "api/contents/before.txt")).body).toMatchObject({ content: "kept" });
    await stop(lab.id);
  });

  test("lose what writes when their home is well beyond its limit, and say so; files can still be removed", async () => {
    const { lab, client } = await site.open(await site.project());
    const kernel = await client.kernel();
    const writing = kernel.execute("import time\nwhile True: time.sleep(0.05)");
    extraBytes = site.config.person.homeBytes * 1.3;
    expect(await writing).toContain("[died]");
    extraBytes = 0;
    expect(await site.until(lab.id, (row) => row.error !== null)).toMatchObject({ state: "ready", error: expect.stringContaining("more than it may") });
    expect((await client.request("DELETE", "api/contents/notes.md")).status).toBe(204);
    await stop(lab.id);
  });

  test("end where a home holds far more than it may, and begin again once there is room", async () => {
    const projectId = await site.project();
    const { lab } = await site.open(projectId);
    extraBytes = site.config.person.homeBytes * 2;
    expect(await site.until(lab.id, (row) => row.state === "stopped")).toMatchObject({ stopReason: "disk" });
    value(await openLab(site.author, { projectId }));
    expect(await site.until(lab.id, (row) => row.state === "failed")).toMatchObject({ error: expect.stringContaining("Make room") });
    extraBytes = 0;
    expect((await site.open(projectId)).lab.state).toBe("ready");
    await stop(lab.id);
  });

  test("have the folders of one's groups while one is in them, and are ended when one may less than before", async () => {
    const { store } = site;
    const group = await store.insertGroup({ id: newId("group"), slug: "fern", title: "Fern" });
    if (!group) throw new Error("The name is taken.");
    await store.setMembership(group.id, site.owner.id, "writer");
    const projectId = await site.project();
    const writer = await site.open(projectId);
    const kernel = await writer.client.kernel();
    expect(await kernel.execute("open('/mnt/fern/shared.txt', 'w').write('ours'); print('written')")).toContain("written");
    await store.setMembership(group.id, site.owner.id, "reader");
    expect(await site.until(writer.lab.id, (row) => row.state === "stopped")).toMatchObject({ stopReason: "access", error: expect.stringContaining("fern") });
    const reader = await site.open(projectId);
    const again = await reader.client.kernel();
    expect(await again.execute("print(open('/mnt/fern/shared.txt').read())")).toBe("ours\n");
    expect(await again.execute("open('/mnt/fern/shared.txt', 'w')")).not.toContain("ours");
    await store.setMembership(group.id, site.owner.id, null);
    await site.until(reader.lab.id, (row) => row.state === "stopped" && row.stopReason === "access");
    const stranger = await site.open(projectId);
    expect(await (await stranger.client.kernel()).execute("import os; print(os.path.exists('/mnt/fern'))")).toBe("False\n");
    expect(await readFile(path.join(site.config.dataFolder, "groups", group.id, "shared.txt"), "utf8")).toBe("ours");
    await stop(stranger.lab.id);
  });

  test("opened twice at once are one", async () => {
    const projectId = await site.project();
    const views = (await Promise.all(Array.from({ length: 5 }, () => openLab(site.author, { projectId })))).map(value);
    expect(new Set(views.map((view) => view.id)).size).toBe(1);
    await site.until(views[0]?.id ?? "", (lab) => lab.state === "ready");
    // Asked to stop and opened again before anybody has done so: what is open in the end serves.
    value(await stopLab(site.author, { id: views[0]?.id ?? "" }));
    const { client } = await site.open(projectId);
    expect((await client.request("GET", "api/status")).status).toBe(200);
    await stop(views[0]?.id ?? "");
  });

  test("end in order when the server stops: kernels are told, and the next life says why", async () => {
    const { lab, client } = await site.open(await site.project());
    const kernel = await client.kernel();
    await kernel.execute("import atexit\n@atexit.register\ndef last(): open('last-words.txt', 'w').write('said')");
    await engine.stop();
    expect(await site.store.findLab(lab.id)).toMatchObject({ state: "stopped", stopReason: "server_stopped", error: null });
    const folders = await readdir(inHome("projects"));
    const words = await Promise.all(folders.map((name) => readFile(inHome("projects", name, "last-words.txt"), "utf8").catch(() => null)));
    expect(words).toContain("said");
    engine = await startEngine(site.services, await openKernels(site.config, site.log), await openEnvironments(site.config, site.log));
  });
});

describe("labs that nobody uses", () => {
  let site: LabSite;
  let engine: Engine;
  const idleSeconds = 6;

  beforeAll(async () => {
    site = await labSite();
    const labs = { ...site.config.labs, idleMinutes: idleSeconds / 60, countdownMinutes: (idleSeconds - 1) / 60 };
    engine = await startEngine(
      { ...site.services, config: { ...site.config, labs } },
      await openKernels(site.config, site.log),
      await openEnvironments(site.config, site.log),
    );
  });
  afterAll(async () => {
    await engine?.stop();
    await site?.close();
  });

  test("tell when they will be stopped, and are stopped then; a page that merely stands open keeps none", async () => {
    const { lab, client } = await site.open(await site.project());
    const asking = setInterval(() => void client.request("GET", "api/kernels").catch(() => {}), 500);
    const counting = await site.until(lab.id, (row) => row.stopsAt !== null);
    expect(counting.stopsAt?.getTime()).toBeGreaterThan(Date.now());
    const stopped = await site.until(lab.id, (row) => row.state === "stopped");
    clearInterval(asking);
    expect(stopped).toMatchObject({ stopReason: "idle", error: null });
    expect(stopped.stoppedAt?.getTime()).toBeGreaterThanOrEqual((counting.stopsAt?.getTime() ?? 0) - 50);
  });

  test("are left alone once more when somebody says to be there, or changes a file", async () => {
    const { lab, client } = await site.open(await site.project());
    const first = await site.until(lab.id, (row) => row.stopsAt !== null);
    await sleep(1000);
    value(await keepLab(site.author, { id: lab.id }));
    const second = await site.until(lab.id, (row) => row.stopsAt !== null);
    expect(second.stopsAt?.getTime()).toBeGreaterThan((first.stopsAt?.getTime() ?? 0) + 500);
    await client.request("PUT", "api/contents/new.txt", { type: "file", format: "text", content: "new" });
    const stopped = await site.until(lab.id, (row) => row.state === "stopped");
    expect(stopped.stoppedAt?.getTime()).toBeGreaterThan(second.stopsAt?.getTime() ?? 0);
  });

  test("are never stopped while a kernel is busy, and say so", async () => {
    const { lab, client } = await site.open(await site.project());
    const kernel = await client.kernel();
    const busy = kernel.execute(`import time; time.sleep(${idleSeconds * 3})`);
    expect(await site.until(lab.id, (row) => row.busy === "kernel")).toMatchObject({ stopsAt: null });
    await busy;
    expect(await site.store.findLab(lab.id)).toMatchObject({ state: "ready" });
    expect(await site.until(lab.id, (row) => row.state === "stopped")).toMatchObject({ stopReason: "idle" });
  });

  test("are never stopped while a terminal's job runs, and say so", async () => {
    const { lab, client } = await site.open(await site.project());
    const terminal = await client.terminal();
    terminal.type(`sleep ${idleSeconds * 3}; exit\n`);
    await site.until(lab.id, (row) => row.busy === "terminal");
    await sleep(idleSeconds * 2000);
    expect(await site.store.findLab(lab.id)).toMatchObject({ state: "ready", stopsAt: null });
    expect(await site.until(lab.id, (row) => row.state === "stopped")).toMatchObject({ stopReason: "idle" });
  });
});
