import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Digest, RunId } from "#lib/domain/ids.ts";
import { foldEvents } from "#lib/worksheet/fold-events.ts";
import { openEnvironments, openKernels } from "#server/container.ts";
import { digestOf, newId } from "#server/ids.ts";
import { type EngineSite, engineSite } from "#tests/engine.ts";
import { type Engine, startEngine } from "./engine.ts";

let site: EngineSite;
let engine: Engine;
const ticksWhileKept: number[] = [];

beforeAll(async () => {
  site = await engineSite({ SHEAF_VISITOR_SECONDS: "4", SHEAF_VISITOR_MEMORY_MB: "300", SHEAF_RUN_OUTPUT_MB: "1", SHEAF_CAPACITY: "2" });
  const storage: typeof site.storage = {
    ...site.storage,
    async keepRun(place, fromFolder, ...rest) {
      // Whoever still writes is seen: nobody may, while files are kept.
      const size = async (): Promise<number> => (fromFolder === null ? 0 : ((await stat(path.join(fromFolder, "ticks")).catch(() => null))?.size ?? 0));
      const before = await size();
      if (before > 0) {
        await sleep(500);
        ticksWhileKept.push((await size()) - before);
      }
      return site.storage.keepRun(place, fromFolder, ...rest);
    },
  };
  engine = await startEngine({ ...site.services, storage }, await openKernels(site.config, site.log), await openEnvironments(site.config, site.log));
});
afterAll(async () => {
  await engine?.stop();
  const left = await readdir(`${site.config.dataFolder}/kernels/engine`);
  await site.close();
  expect(left).toEqual([]);
});

const text = async (id: RunId): Promise<string> =>
  (await site.store.listRunCells(id))
    .flatMap((cell) => cell.outputs)
    .map((output) =>
      output.output_type === "stream"
        ? output.text
        : output.output_type === "error"
          ? `${output.ename}: ${output.evalue}`
          : String(output.data["text/plain"] ?? ""),
    )
    .join("|");

describe("a run", () => {
  test("gives the outputs of the notebook with the values written in, in Python", async () => {
    const sheet = await site.publish(
      [
        { source: "# Growth", markdown: true },
        "import json",
        { source: "n = 2\nname = 'x'", tags: ["parameters"] },
        "print(n * 2, name)",
        "open('out.txt', 'w').write(name)\nn",
      ],
      { files: { "data.csv": "a,b\n1,2\n" } },
    );
    expect((await site.final(sheet.runId)).state).toBe("done");
    expect(await text(sheet.runId)).toBe("4 x\n|2");
    const id = await site.run(sheet, { n: 21, name: 'it\'s "é"\n' });
    const run = await site.final(id);
    expect([run.state, run.error]).toEqual(["done", null]);
    expect(await text(id)).toBe('42 it\'s "é"\n\n|21');
    expect(run.record?.files.map((file) => file.path)).toEqual(["notebook.ipynb", "files/out.txt"]);
    expect(run.record?.environment.digest).not.toBe("");
    expect(run.record?.peakMemoryBytes).toBeGreaterThan(1_000_000);
    // A follower folds to what is stored.
    expect(foldEvents([], await site.events(id))).toEqual(await site.store.listRunCells(id));
    expect((await site.events(id)).length).toBe(run.lastEvent);
  });

  test("works in R", async () => {
    const sheet = await site.publish(["x <- 3", { source: "n <- 2", tags: ["parameters"] }, "cat(n * x)"], { language: "r" });
    const id = await site.run(sheet, { n: 7 });
    expect([(await site.final(id)).state, await text(id)]).toEqual(["done", "21"]);
  });

  test("ends at a cell's error, and says which cell", async () => {
    const sheet = await site.publish(["print('before')", "1 / 0", "print('after')"]);
    const run = await site.final(sheet.runId);
    expect(run.error).toMatchObject({ kind: "cell", cell: 1, name: "ZeroDivisionError" });
    expect(await text(run.id)).toBe("before\n|ZeroDivisionError: division by zero");
    expect((await site.store.findVersion(sheet.versionId))?.resultRunId).toBeNull();
  });

  test("goes on after an error that the author expects", async () => {
    const sheet = await site.publish([{ source: "1 / 0", tags: ["raises-exception"] }, "print('after')"]);
    expect((await site.final(sheet.runId)).state).toBe("done");
    expect(await text(sheet.runId)).toBe("ZeroDivisionError: division by zero|after\n");
  });

  test("reads the files of its commit", async () => {
    const sheet = await site.publish(["print(open('data.csv').read().strip())"], { files: { "data.csv": "from the commit" } });
    await site.final(sheet.runId);
    expect(await text(sheet.runId)).toBe("from the commit\n");
  });

  test("an uploaded file is what the parameter names, and is not kept as a result", async () => {
    const form = { source: "data = 'data.csv'", tags: ["parameters"], parameters: { data: { type: "file" } } };
    const sheet = await site.publish([form, "print(open(data).read())"], { files: { "data.csv": "default" } });
    expect((await site.final(sheet.runId)).state).toBe("done");
    const bytes = new TextEncoder().encode("given");
    const upload = {
      id: newId("upload"),
      ownerId: null,
      visitorId: null,
      name: "my data.csv",
      size: 5,
      digest: digestOf(bytes),
      bytes,
      expiresAt: new Date(Date.now() + 60_000),
    };
    await site.store.insertUpload(upload);
    const id = await site.run(sheet, { data: { upload: upload.id, name: upload.name } });
    const run = await site.final(id);
    expect([run.error, await text(id)]).toEqual([null, "given\n"]);
    expect(run.record?.inputs).toEqual({ data: upload.digest });
    expect(run.record?.files.map((file) => file.path)).toEqual(["notebook.ipynb"]);
  });

  test("is over within a second when it is cancelled", async () => {
    const sheet = await site.publish(["print('begun', flush=True)\nimport time\ntime.sleep(60)"]);
    await expect.poll(async () => (await site.events(sheet.runId)).some((event) => event.type === "output"), { timeout: 30_000 }).toBe(true);
    const began = performance.now();
    await site.store.requestCancel(sheet.runId);
    await site.store.notify("run_cancel", sheet.runId);
    expect((await site.final(sheet.runId)).state).toBe("cancelled");
    expect(performance.now() - began).toBeLessThan(1000);
    expect(await text(sheet.runId)).toBe("begun\n");
  });

  test("computes nothing more while its files are kept, however it ended", async () => {
    const ticking =
      "import subprocess, time\nsubprocess.Popen(['sh', '-c', 'while true; do echo tick >> ticks; sleep 0.02; done'], start_new_session=True)\ntime.sleep(0.5)";
    const done = await site.publish([ticking]);
    expect((await site.final(done.runId)).state).toBe("done");
    // As what publishes it: with the limits of somebody signed in.
    const { runId: cancelled } = await site.publish([`${ticking}\nprint('begun', flush=True)\ntime.sleep(60)`]);
    await expect.poll(async () => (await site.events(cancelled)).some((event) => event.type === "output"), { timeout: 30_000 }).toBe(true);
    // Told to nobody: a notification may come before a run is known.
    await site.store.requestCancel(cancelled);
    expect((await site.final(cancelled)).state).toBe("cancelled");
    expect(ticksWhileKept.length).toBeGreaterThanOrEqual(2);
    expect(ticksWhileKept.every((bytes) => bytes === 0)).toBe(true);
  });

  test("is stopped at its time limit", async () => {
    const sheet = await site.publish(["import time\nfor n in range(600): time.sleep(0.1)"]);
    const id = await site.run(sheet);
    expect((await site.final(id)).error?.kind).toBe("timeout");
    await site.store.requestCancel(sheet.runId);
    await site.store.notify("run_cancel", sheet.runId);
    await site.final(sheet.runId);
  });

  test("is stopped at its output limit, with a marker and bounded memory", async () => {
    const sheet = await site.publish(["while True: print('x' * 100)"]);
    const run = await site.final(sheet.runId);
    expect(run.error?.kind).toBe("output_limit");
    const shown = JSON.stringify(await site.store.listRunCells(sheet.runId));
    expect(shown.length).toBeLessThan(1_500_000);
    expect(shown).toContain("Output stopped here");
  });

  test("is stopped when it says without end what nobody is shown", async () => {
    const sheet = await site.publish([
      "kernel = get_ipython().kernel\nwhile True: kernel.session.send(kernel.iopub_socket, 'comm_msg', {'comm_id': 'x', 'data': {'x': 'x' * 100_000}}, parent=kernel.get_parent())",
    ]);
    expect((await site.final(sheet.runId)).error?.kind).toBe("output_limit");
  });

  test("says when the kernel died, with what it had shown", async () => {
    const sheet = await site.publish(["import os, sys\nprint('last words', flush=True)\nsys.stdout.flush()\nimport time; time.sleep(0.5)\nos._exit(3)"]);
    const run = await site.final(sheet.runId);
    expect(run.error?.kind).toBe("kernel_died");
    expect(await text(sheet.runId)).toBe("last words\n");
  });

  test("says when memory was too small, and what to do", async () => {
    const sheet = await site.publish(["b = bytearray(10 * 2**30)\nfor n in range(0, len(b), 4096): b[n] = 1"]);
    const id = await site.run(sheet);
    const run = await site.final(id);
    expect(run.error?.kind).toBe("out_of_memory");
    expect(run.error?.message).toContain("300 MB");
    await site.final(sheet.runId);
  });

  test("somebody signed in gets their own memory limit in a warm kernel", async () => {
    const sheet = await site.publish(["b = bytearray(500 * 2**20)\nfor n in range(0, len(b), 4096): b[n] = 1\nprint('fits')"]);
    const id = await site.run(sheet, {}, { ownerId: site.owner.id, queueKey: "ada" });
    expect([(await site.final(id)).error, await text(id)]).toEqual([null, "fits\n"]);
    expect(
      await site.storage.listRunFiles({
        username: "ada",
        worksheetSlug: (await site.final(id)).worksheetSlug,
        runId: id,
        queuedAt: (await site.final(id)).queuedAt,
      }),
    ).toHaveLength(1);
  });

  test("a worksheet's card gets its first figure when its run is done", async () => {
    const sheet = await site.publish([{ source: "## The curve", markdown: true }, "import matplotlib.pyplot as plt\nplt.plot([1, 2, 3])\nplt.show()"]);
    await site.final(sheet.runId);
    await expect.poll(async () => (await site.store.findWorksheet(sheet.worksheetId))?.worksheet.currentVersionId).toBe(sheet.versionId);
    const row = await site.store.findWorksheet(sheet.worksheetId);
    expect(row?.worksheet.thumbnail).toMatchObject({ alt: expect.stringContaining("The curve") });
    const blob = await site.store.findBlob(row?.worksheet.thumbnail?.digest as Digest);
    expect(blob?.bytes.length).toBeGreaterThan(1000);
    expect((await site.store.findArea("ecology"))?.publicWorksheets).toBeGreaterThan(0);
  });
});
