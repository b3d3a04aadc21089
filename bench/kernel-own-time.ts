import { readFile } from "node:fs/promises";
import path from "node:path";
import { parseNotebook } from "#lib/notebook/parse-notebook.ts";
import { compileWorksheet } from "#lib/worksheet/compile.ts";
import { planRun } from "#lib/worksheet/plan-run.ts";
import { checkValues } from "#lib/worksheet/values.ts";
import { loadConfig } from "#server/config.ts";
import { openKernels } from "#server/container.ts";
import { generalPreload, worksheetPreload } from "#server/engine/preload.ts";
import { endKernel, startKernel } from "#server/engine/start-kernel.ts";
import { createLogger } from "#server/log.ts";

/**
 * The least that any server could take: the planned cells sent straight to a kernel that is as warm as the pool's,
 * one after the other, outputs received and thrown away. One fresh kernel for each set of values.
 */
export async function timeKernelItself(
  notebookPath: string,
  eachValues: readonly Readonly<Record<string, unknown>>[],
  preload: "language" | "worksheet",
): Promise<number[]> {
  const config = loadConfig({ ...process.env, SHEAF_ENGINE_ID: "bench" });
  const parsed = parseNotebook(await readFile(notebookPath, "utf8"));
  const worksheet = parsed.ok ? compileWorksheet(parsed.value, { path: path.basename(notebookPath) }).worksheet : null;
  if (!worksheet) throw new Error(`${notebookPath} is no worksheet.`);
  const kernels = await openKernels(config, createLogger("bench", "error"));
  const taken: number[] = [];
  try {
    for (const given of eachValues) {
      const values = checkValues(worksheet.parameters, given);
      if (!values.ok) throw new Error(values.failure.message);
      const ready = await startKernel(kernels, config.kernels, { language: worksheet.language, environment: null, memoryBytes: config.visitor.memoryBytes });
      if (!ready.ok) throw new Error(ready.failure.message);
      const { kernel, client } = ready.value;
      await kernel.giveFiles(path.dirname(notebookPath));
      for (const source of preload === "worksheet" ? worksheetPreload(worksheet) : generalPreload(worksheet.language))
        await client.execute(source, { silent: true });
      const began = performance.now();
      for (const cell of planRun(worksheet, values.value)) await client.execute(cell.source);
      taken.push(performance.now() - began);
      await endKernel({ kernel, client });
    }
  } finally {
    await kernels.close();
  }
  return taken;
}
