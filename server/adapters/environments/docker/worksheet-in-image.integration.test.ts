import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openEnvironments, openKernels } from "#server/container.ts";
import { type Engine, startEngine } from "#server/engine/engine.ts";
import { importProject } from "#server/usecases/import-project.ts";
import { publishWorksheet } from "#server/usecases/publish-worksheet.ts";
import { showEnvironment } from "#server/usecases/show-environment.ts";
import { type EngineSite, engineSite, okValue } from "#tests/engine.ts";
import { openEngine } from "../../kernels/docker/engine.ts";
import { makeWheel } from "../wheel-for-a-test.ts";
import { whyNoBuilds } from "./site-for-a-test.ts";

describe.skipIf(whyNoBuilds !== null)("a worksheet whose project asks for an environment", () => {
  let site: EngineSite;
  let engine: Engine;

  beforeAll(async () => {
    site = await engineSite({ SHEAF_KERNELS: "docker", SHEAF_BUILD_NETWORK: "host", SHEAF_POOL_SIZE: "0" });
    engine = await startEngine(site.services, await openKernels(site.config, site.log), await openEnvironments(site.config, site.log));
  });
  afterAll(async () => {
    const environments = await openEnvironments(site.config, site.log);
    await engine?.stop();
    await environments.collect(new Set());
    await site?.close();
  });

  test("runs in the image that was built of its files, says which, and says so when that is gone", async () => {
    const wheel = makeWheel("brought", "1.0");
    const source =
      "import brought, numpy, os, subprocess; print(brought.answer, os.environ['GREETING'], subprocess.run('hello', capture_output=True, text=True).stdout)";
    const cells = [{ cell_type: "code", metadata: {}, source, outputs: [], execution_count: null }];
    const notebook = { nbformat: 4, nbformat_minor: 4, metadata: { kernelspec: { name: "python3", language: "python", display_name: "Python 3" } }, cells };
    const files = {
      "notebook.ipynb": JSON.stringify(notebook),
      "apt.txt": "hello python3-numpy",
      "requirements.txt": `numpy\n${wheel.fileName}`,
      start: '#!/bin/sh\nexport GREETING="well met"\nexec "$@"\n',
    };
    const bytes = new Map<string, Uint8Array>([
      ...Object.entries(files).map(([name, text]) => [name, new TextEncoder().encode(text)] as const),
      [wheel.fileName, wheel.bytes],
    ]);
    const common = { owner: site.owner, title: "Asks", description: "", type: "worksheet", areaSlug: "ecology", visibility: "public" } as const;
    const { projectId } = okValue(await importProject(site.ctx, { ...common, slug: "asks", files: bytes }));
    const waiting = await publishWorksheet(site.ctx, { projectId, notebookPath: "notebook.ipynb" });
    expect(waiting.ok || waiting.failure.message).toContain("is being made");
    const state = async () => okValue(await showEnvironment(site.ctx, { projectId })).build;
    await expect.poll(async () => (await state())?.state, { timeout: 300_000, interval: 200 }).toMatch(/^(?:ready|failed)$/);
    expect((await state())?.error).toBeNull();

    const published = okValue(await publishWorksheet(site.ctx, { projectId, notebookPath: "notebook.ipynb" }));
    const run = await site.final(published.runId);
    expect(run.error).toBeNull();
    const said = (await site.events(published.runId)).flatMap((event) =>
      event.type === "output" && event.output.output_type === "stream" ? [event.output.text] : [],
    );
    expect(said.join("")).toBe("brought 1.0 well met Hello, world!\n\n");
    const image = await openEngine(site.config.docker.address)
      .getImage(run.record?.environment.name ?? "")
      .inspect();
    expect(run.record?.environment.digest).toBe(image.Id);

    await openEngine(site.config.docker.address).getImage(image.Id).remove({ force: true });
    const again = await site.final(await site.run({ ...published, worksheetId: published.worksheetId }));
    expect(again.error?.message).toContain("The environment that this worksheet was published with is not there any more.");
    expect((await state())?.state).toBe("removed");
  }, 400_000);
});
