import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CellResult, RunEvent } from "#lib/domain/run.ts";
import type { CompiledWorksheet } from "#lib/domain/worksheet.ts";
import { outputSchema } from "#lib/notebook/nbformat.ts";
import { parseNotebook } from "#lib/notebook/parse-notebook.ts";
import { createCollector } from "#lib/worksheet/collect-outputs.ts";
import { compileWorksheet } from "#lib/worksheet/compile.ts";
import { foldEvents } from "#lib/worksheet/fold-events.ts";
import { planRun } from "#lib/worksheet/plan-run.ts";
import { defaultValues } from "#lib/worksheet/values.ts";
import { loadConfig } from "#server/config.ts";
import { openKernels } from "#server/container.ts";
import { endKernel, startKernel } from "#server/engine/start-kernel.ts";
import { createLogger } from "#server/log.ts";
import type { KernelsPort } from "#server/ports/kernels.ts";

/** Real notebooks of other projects, beside the project where they are at hand. */
const folder = path.join(import.meta.dirname, "../../shared/data/notebooks");
const compiled = (existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: "utf8" }) : [])
  .filter((file) => file.endsWith(".ipynb"))
  .flatMap((file) => {
    const parsed = parseNotebook(readFileSync(path.join(folder, file), "utf8"));
    const worksheet = parsed.ok ? compileWorksheet(parsed.value, { path: file }).worksheet : null;
    return worksheet ? [{ file, worksheet }] : [];
  });

/** Broken by their authors on purpose, or written for a program that puts something into the kernel beforehand: what each must end with. */
const endsWith: Readonly<Record<string, string>> = {
  // It starts papermill, which is not in the environment.
  "papermill/binder.ipynb": "CalledProcessError",
  "papermill/broken.ipynb": "SyntaxError",
  "papermill/broken1.ipynb": "AssertionError",
  "papermill/broken2.ipynb": "AssertionError",
  "papermill/line_magic_error.ipynb": "UsageError",
  "papermill/notimplemented_translator.ipynb": "ERROR",
  // It wants a value that papermill's own test gives.
  "papermill/read_check.ipynb": "AssertionError",
  "papermill/sysexit.ipynb": "SystemExit",
  "papermill/sysexit0.ipynb": "SystemExit",
  "papermill/sysexit1.ipynb": "SystemExit",
  "papermill/systemexit.ipynb": "SystemExit",
  // They fetch from the network, which a kernel has not.
  "voila/basics.ipynb": "URLError",
  "voila/mimerenderers.ipynb": "URLError",
  // It reads a file that lies beside it at home only.
  "voila/cwd.ipynb": "FileNotFoundError",
  // It asks for a package's back end of Matplotlib.
  "voila/ipympl.ipynb": "RuntimeError",
  "voila/syntax_error.ipynb": "SyntaxError",
};

let kernels: KernelsPort;
let dataFolder: string;
const config = () => loadConfig({ ...process.env, SHEAF_DATA: dataFolder, SHEAF_ENGINE_ID: "notebooks" });

describe.skipIf(compiled.length === 0)("real notebooks in real kernels (skipped where ../shared/data/notebooks is absent)", () => {
  beforeAll(async () => {
    dataFolder = await mkdtemp(path.join(tmpdir(), "sheaf-notebooks-"));
    kernels = await openKernels(config(), createLogger("tests", "error"));
  });
  afterAll(async () => {
    await kernels.close();
    await rm(dataFolder, { recursive: true, force: true });
  });

  test.for(compiled)("$file runs, or ends as its author meant", async ({ file, worksheet }, ctx) => {
    const { error, cells } = await run(worksheet);
    ctx.skip(error?.name === "ModuleNotFoundError", `a package is not in the environment: ${error?.message}`);
    for (const cell of cells) for (const output of cell.outputs) expect(outputSchema.safeParse(output).success).toBe(true);
    expect(error?.name).toBe(endsWith[file]);
  });
});

async function run(worksheet: CompiledWorksheet): Promise<{ error: { name: string; message: string } | null; cells: readonly CellResult[] }> {
  const ready = await startKernel(kernels, config().kernels, { language: worksheet.language, environment: null, memoryBytes: config().visitor.memoryBytes });
  if (!ready.ok) throw new Error(ready.failure.message);
  const collector = createCollector({ limitBytes: 10_000_000 });
  const events: RunEvent[] = [];
  try {
    for (const cell of planRun(worksheet, defaultValues(worksheet.parameters))) {
      const reply = await ready.value.client.execute(cell.source, {
        onMessage: (message) => void events.push(...collector.message(cell.index, { ...message, msg_type: message.type })),
      });
      if (reply.status === "error" && !cell.mayFail)
        return { error: { name: reply.errorName ?? "", message: reply.errorMessage ?? "" }, cells: foldEvents([], events) };
    }
    return { error: null, cells: foldEvents([], events) };
  } finally {
    await endKernel(ready.value);
  }
}
