import path from "node:path";
import { expect, test } from "vitest";
import { openKernels } from "#server/container.ts";
import { engineSite } from "#tests/engine.ts";
import { createCheckouts } from "./checkouts.ts";
import { createVersionLoader } from "./load-run.ts";
import { keepPopularWarm } from "./popular-worksheets.ts";
import { endKernel, startKernel } from "./start-kernel.ts";
import { createWarmPool } from "./warm-pool.ts";

const asked = `
import sys, os, warnings
print("numpy" in sys.modules, "fractions" in sys.modules, "np" in globals(), "Fraction" in globals(), os.path.exists("data.csv"))
print([f[0] for f in warnings.filters if f[2] is ResourceWarning], "plot" in globals())
`;

test("a popular worksheet's kernel waits with its imports and files; the general one with modules and no names", async () => {
  const site = await engineSite({ SHEAF_POOL_WORKSHEETS: "1", SHEAF_LOG_LEVEL: "error" });
  const kernels = await openKernels(site.config, site.log);
  const { config, store, forge, log } = site.services;
  const pool = createWarmPool({
    start: (language, environment) => startKernel(kernels, config.kernels, { language, environment, memoryBytes: config.visitor.memoryBytes }),
    busy: () => 0,
    log,
  });
  try {
    const engineDetails = { adapter: "test", ...(await kernels.describe()), warm: {}, running: 0, capacity: 1 };
    await store.reportEngine("test" as never, new Date(), new Date(), engineDetails);
    const sheet = await site.publish(["import numpy as np\nfrom fractions import Fraction", { source: "n = 1", tags: ["parameters"] }, "np.arange(n)"], {
      files: { "data.csv": "a" },
    });
    await store.setCurrentVersion({ id: sheet.versionId, worksheetId: sheet.worksheetId, runId: sheet.runId }, null, new Date());
    await site.run(sheet);
    const loadVersion = createVersionLoader(site.services, createCheckouts(forge, path.join(config.dataFolder, "checkouts"), config.kernels.diskBytes));
    await keepPopularWarm({ store, loadVersion, pool, config: config.kernels, languages: ["python"] }, new Date());
    await expect.poll(() => pool.counts(), { timeout: 90_000 }).toEqual({ python: 1, [sheet.versionId]: 1 });
    const said: string[] = [];
    for (const key of [sheet.versionId, "another"]) {
      const taken = await pool.take({ language: "python", environment: null, versionKey: key });
      if (!taken.ok) throw new Error(taken.failure.message);
      let text = "";
      await taken.value.client.execute(asked, {
        onMessage: (message) => {
          if (message.type === "stream") text += message.content.text;
        },
      });
      said.push(text);
      await endKernel(taken.value);
    }
    const filters = "['ignore'] False\n";
    expect(said).toEqual([`True True True True True\n${filters}`, `True ${said[1]?.split(" ")[1]} False False False\n${filters}`]);
  } finally {
    await pool.stop();
    await kernels.close();
    await site.close();
  }
}, 180_000);
