import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseNotebook } from "#lib/notebook/parse-notebook.ts";
import { printNotebook } from "#lib/notebook/print-notebook.ts";
import { compileWorksheet } from "#lib/worksheet/compile.ts";
import { planRun } from "#lib/worksheet/plan-run.ts";
import { defaultValues } from "#lib/worksheet/values.ts";

/** Real notebooks of other projects, beside the project where they are at hand. */
const folder = join(import.meta.dirname, "../../shared/data/notebooks");
const paths = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".ipynb")) : [];

describe.skipIf(paths.length === 0)("real notebooks (skipped where ../shared/data/notebooks is absent)", () => {
  it.each(paths)("%s compiles or says where it cannot", (path) => {
    const parsed = parseNotebook(readFileSync(join(folder, path), "utf8"));
    if (!parsed.ok) {
      expect(parsed.failure.message).toMatch(/notebook/);
      return;
    }
    const { worksheet, problems } = compileWorksheet(parsed.value, { path });
    if (!worksheet) {
      expect(problems.some((problem) => problem.severity === "error" && problem.message.length > 10)).toBe(true);
      return;
    }
    expect(problems.filter((problem) => problem.severity === "error")).toEqual([]);
    const plan = planRun(worksheet, defaultValues(worksheet.parameters), {});
    expect(plan.filter((cell) => cell.role === "injected")).toEqual([]);
    expect(parseNotebook(printNotebook(parsed.value))).toEqual(parsed);
  });
});
