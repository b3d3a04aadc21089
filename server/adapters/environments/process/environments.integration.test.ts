import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { detectEnvironment } from "#lib/environment/detect-environment.ts";
import { trimPlan } from "#lib/environment/trim-plan.ts";
import { loadConfig } from "#server/config.ts";
import { createLogger } from "#server/log.ts";
import type { EnvironmentsPort } from "#server/ports/environments.ts";
import type { KernelsPort } from "#server/ports/kernels.ts";
import { createProcessKernels } from "../../kernels/process/kernels.ts";
import { optionsIn } from "../../kernels/process/test-options.ts";
import { labIn } from "../lab-for-a-test.ts";
import { make, ready } from "../make-for-a-test.ts";
import { makeWheel } from "../wheel-for-a-test.ts";
import { createProcessEnvironments } from "./environments.ts";

/** How a worksheet runs in one is told in server/engine/builds.integration.test.ts. */
describe("environments as folders", () => {
  const log = createLogger("test", "error");
  let folder: string;
  let kernels: KernelsPort;
  let environments: EnvironmentsPort;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "environments-"));
    const options = optionsIn(path.join(folder, "data"));
    kernels = await createProcessKernels(options, log);
    environments = createProcessEnvironments({ ...options, builds: loadConfig().builds }, log);
    await environments.sweep();
  });
  afterAll(async () => {
    await kernels?.close();
    await rm(folder, { recursive: true, force: true });
  });

  test("say what they stand on, with all that it has", async () => {
    const offer = await environments.describe();
    expect(offer).toMatchObject({ works: true, abilities: "wheels" });
    expect(offer.base).toMatchObject((await kernels.describe()).environment);
    const { debian, python } = await environments.inventory();
    expect(debian["python3-numpy"]).toBeDefined();
    expect(python.numpy).toMatch(/^\d/);
    expect(python["scikit-learn"]).toMatch(/^\d/);
  });

  test("need not be made for the demo library", async () => {
    const inventory = await environments.inventory();
    const { base } = await environments.describe();
    const library = path.resolve(import.meta.dirname, "../../../../library");
    const books = (await readdir(library, { withFileTypes: true })).filter((one) => one.isDirectory()).map(({ name }) => path.join(library, name));
    for (const book of books) {
      const files = (await readdir(book)).map((name) => ({ path: name, kind: "file" as const }));
      const { plan, problems } = await detectEnvironment(files, (name) => readFile(path.join(book, name)), { base: base.versions, hasRepo2docker: false });
      expect(problems, book).toEqual([]);
      expect(plan && trimPlan(plan, inventory), book).toBeNull();
    }
    expect(books.length).toBeGreaterThan(5);
  });

  test("have wheels with what those need, and their programs, and are what a lab's kernels find first", async () => {
    const entry = "[console_scripts]\ngreet = tool:greet\n";
    const tool = makeWheel("tool", "1.0", {
      source: 'def greet():\n    print("greeted")\n',
      requires: ["needed>=1; python_version >= '3'", "numpy"],
      files: { "tool-1.0.dist-info/entry_points.txt": entry },
    });
    const needed = makeWheel("needed", "1.2");
    const files = {
      "requirements.txt": `--find-links wheels\nwheels/${tool.fileName}\n`,
      [`wheels/${tool.fileName}`]: tool.bytes,
      [`wheels/${needed.fileName}`]: needed.bytes,
    };
    const first = await make(environments, files);
    const cell = "import needed, subprocess, sys; print(needed.answer, sys.prefix, subprocess.run('greet', capture_output=True, text=True).stdout)";
    expect(await labIn(kernels, folder, ready(first), cell)).toBe("needed 1.2 /srv greeted\n\n");
    expect(first.phases).toEqual(["python", "checking"]);
    // Named by what is in it.
    expect(ready(await make(environments, files))).toEqual(ready(first));
    expect(await environments.has(ready(first))).toBe(true);
    expect(await environments.collect(new Set([first.key]))).toBe(0);
    expect(await environments.collect(new Set())).toBe(1);
    expect(await environments.has(ready(first))).toBe(false);
  });

  test("leave nothing behind that is not whole", async () => {
    const large = makeWheel("large", "1.0", { files: { "large_data.txt": "x".repeat(3_000_000) } });
    const files = { "requirements.txt": large.fileName, [large.fileName]: large.bytes };
    const refused = await make(environments, files, { limits: { diskBytes: 1_000_000 } });
    expect(refused.outcome).toMatchObject({ kind: "failed", message: expect.stringContaining("larger than an environment may be") });
    const stopping = new AbortController();
    stopping.abort();
    expect((await make(environments, files, { signal: stopping.signal })).outcome.kind).toBe("interrupted");
    expect((await make(environments, files, { limits: { seconds: 0.01 } })).outcome).toMatchObject({
      kind: "failed",
      message: expect.stringContaining("took longer"),
    });
    expect(await readdir(path.join(folder, "data/environments"))).toEqual([]);
    const gone = await kernels.start({
      sessionId: "gone",
      language: "python",
      limits: { memoryBytes: 1e9, cpus: 1, processes: 50, diskBytes: 1e9 },
      environment: { name: "x", digest: "sha256:x" },
    });
    expect(gone).toMatchObject({ ok: false, failure: { code: "not_found" } });
  });
});
