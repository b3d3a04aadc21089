import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Language } from "#lib/domain/worksheet.ts";
import type { Kernel, KernelLimits, KernelsPort } from "#server/ports/kernels.ts";
import { execute, gigabyte, usualLimits, value } from "./execute-for-a-test.ts";

/** The same small programs in both languages. */
const programs = {
  python: {
    sum: "1 + 1",
    sleep: "import time\nprint('asleep', flush=True)\nfor _ in range(600): time.sleep(0.1)",
    interrupted: "KeyboardInterrupt",
    change: "open('data/numbers.csv', 'a').write('more')",
    list: "import os; print(sorted(os.listdir('.')))",
    end: "import os; os._exit(3)",
    grow: "block = bytearray(10 * 1024**3)\nblock[::4096] = b'x' * len(block[::4096])\nprint('grown')",
    many: "for number in range(5000): print(number, flush=True)",
    use: "sum(range(10**7)); block = 'x' * 50_000_000",
    plot: "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
  },
  r: {
    sum: "1 + 1",
    sleep: "cat('asleep\\n'); for (i in 1:600) Sys.sleep(0.1)",
    interrupted: "",
    change: "cat('more', file = 'data/numbers.csv', append = TRUE)",
    list: "print(sort(list.files('.')))",
    // IRkernel has its own idea of quit().
    end: "tools::pskill(Sys.getpid(), 9)",
    grow: "block <- rep(1, 1.3e9); cat('grown')",
    many: "for (number in 1:5000) cat(number, '\\n')",
    use: "total <- sum(as.numeric(1:1e7)); block <- strrep('x', 5e7)",
    plot: "plot(1:2)",
  },
} as const satisfies Record<Language, Record<string, string>>;

/** What every adapter of the kernels port owes, whatever isolates the kernels. */
export function kernelsContract(name: string, makeAdapter: (folder: string) => Promise<KernelsPort>): void {
  describe(`${name} as kernels`, () => {
    let folder: string;
    let kernels: KernelsPort;
    let count = 0;
    const started: Kernel[] = [];
    const start = async (language: Language, limits: Partial<KernelLimits> = {}): Promise<Kernel> => {
      count += 1;
      const kernel = value(await kernels.start({ sessionId: `contract_${count}`, language, limits: { ...usualLimits, ...limits } }));
      started.push(kernel);
      return kernel;
    };

    beforeAll(async () => {
      folder = await mkdtemp(path.join(os.tmpdir(), "kernels-"));
      kernels = await makeAdapter(folder);
    });
    afterEach(async () => {
      await Promise.all(started.splice(0).map((kernel) => kernel.kill()));
    });
    afterAll(async () => {
      await kernels.close();
      await rm(folder, { recursive: true, force: true });
    });

    test("says what it protects, and what the kernels run on", async () => {
      const description = await kernels.describe();
      expect(description.languages).toEqual(["python", "r"]);
      expect(description.environment.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
      expect(new Set(description.protections.map((protection) => protection.name))).toEqual(
        new Set(["files", "network", "user", "memory", "cpu", "processes", "disk", "syscalls"]),
      );
      expect(description.protections.every((protection) => protection.how.length > 10)).toBe(true);
    });

    test("refuses a name twice, and a name that is none", async () => {
      const first = await start("python");
      const request = { language: "python" as const, limits: usualLimits };
      expect(await kernels.start({ ...request, sessionId: first.sessionId })).toMatchObject({ ok: false, failure: { code: "invalid" } });
      expect(await kernels.start({ ...request, sessionId: "../up" })).toMatchObject({ ok: false, failure: { code: "invalid" } });
    });

    describe.each(["python", "r"] as const)("a kernel for %s", (language) => {
      const program = programs[language];

      test("executes and answers in order, idle last", async () => {
        const said = await execute(await start(language), program.sum);
        expect(said.reply).toMatchObject({ status: "ok", executionCount: 1, outputsLost: false });
        expect(said.text).toContain("2");
      });

      test("draws a figure", async () => {
        const { messages } = await execute(await start(language), program.plot);
        expect(messages.some((message) => message.type === "display_data" && typeof message.content.data["image/png"] === "string")).toBe(true);
      });

      test("loses no line of a long output", async () => {
        const { text, reply } = await execute(await start(language), program.many);
        expect(reply.outputsLost).toBe(false);
        expect(text.split("\n").filter((line) => line.trim() !== "")).toHaveLength(5000);
      });

      test("is interrupted and lives on", async () => {
        const kernel = await start(language);
        // Before it sleeps an interrupt has nothing to end, and R's kernel loses itself over one.
        const said = await execute(kernel, program.sleep, ({ type }) => {
          if (type === "stream") setTimeout(() => void kernel.interrupt(), 500);
        });
        expect(said.error).toContain(program.interrupted);
        expect((await execute(kernel, program.sum)).text).toContain("2");
      });

      test("gets files that it may change without changing the source", async () => {
        const source = await mkdtemp(path.join(folder, "source-"));
        await mkdir(path.join(source, "data"), { mode: 0o755 });
        await writeFile(path.join(source, "data/numbers.csv"), "1,2\n");
        const kernel = await start(language);
        await kernel.giveFiles(source);
        expect((await execute(kernel, program.list)).text).toContain("data");
        expect((await execute(kernel, program.change)).reply.status).toBe("ok");
        expect(await readFile(path.join(kernel.workFolder, "data/numbers.csv"), "utf8")).toBe("1,2\nmore");
        expect(await readFile(path.join(source, "data/numbers.csv"), "utf8")).toBe("1,2\n");
      });

      test("keeps its folder when stopped, and leaves nothing when killed, twice", async () => {
        const kernel = await start(language);
        await kernel.stop();
        expect((await stat(kernel.workFolder)).isDirectory()).toBe(true);
        await Promise.all([kernel.kill(), kernel.kill()]);
        await expect(stat(kernel.workFolder)).rejects.toThrow();
        expect(await kernel.exited).toMatchObject({ reason: "killed" });
      });

      test("says with what code it ended by itself", async () => {
        const kernel = await start(language);
        void execute(kernel, program.end);
        expect(await kernel.exited).toEqual({ reason: "exited", code: language === "python" ? 3 : 137 });
      });

      test("counts what it uses, also when it is gone", async () => {
        const kernel = await start(language);
        const before = await kernel.usage();
        await execute(kernel, program.use);
        const after = await kernel.usage();
        expect(after.cpuSeconds).toBeGreaterThan(before.cpuSeconds);
        expect(after.peakMemoryBytes).toBeGreaterThan(before.memoryBytes + 40_000_000);
        await kernel.kill();
        expect((await kernel.usage()).cpuSeconds).toBeGreaterThanOrEqual(after.cpuSeconds);
      });

      test("does not get ten gigabytes", async () => {
        const kernel = await start(language, { memoryBytes: gigabyte / 2 });
        const said = await execute(kernel, program.grow);
        expect(said.text).not.toContain("grown");
        // Killed as a whole, or told by the language itself that there is no more.
        if (said.reply.status === "aborted") expect(await kernel.exited).toMatchObject({ reason: "out_of_memory" });
        else expect(said.error).not.toBe("");
        expect((await kernel.usage()).peakMemoryBytes).toBeLessThan(0.6 * gigabyte);
      });
    });
  });
}
