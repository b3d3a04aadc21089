import { describe, expect, it } from "vitest";
import { compileWorksheet } from "./compile.ts";
import { executedNotebook } from "./executed-notebook.ts";
import { foldEvents } from "./fold-events.ts";
import { planRun } from "./plan-run.ts";
import { notebookOf } from "./testing.ts";
import { defaultValues } from "./values.ts";

const notebook = notebookOf([
  { markdown: "# T" },
  "import a",
  {
    code: "n = 5\nrate = 0.5\ntwice = n * 2\nfour = twice * 2\nother = rate\ncounts = 'a.csv'",
    tags: ["parameters"],
    metadata: { sheaf: { parameters: { counts: { accept: [".csv"] } } } },
  },
  { code: "1/0", tags: ["raises-exception"] },
  { code: "never()", tags: ["skip-execution"] },
]);

function compiled(from = notebook) {
  const { worksheet, problems } = compileWorksheet(from, { path: "n.ipynb" });
  if (!worksheet) throw new Error(JSON.stringify(problems));
  return worksheet;
}

describe("the plan of a run", () => {
  it("with nothing changed is the notebook itself", () => {
    const worksheet = compiled();
    expect(planRun(worksheet, defaultValues(worksheet.parameters), {}).map(({ index, role, mayFail }) => ({ index, role, mayFail }))).toEqual([
      { index: 1, role: "imports", mayFail: false },
      { index: 2, role: "parameters", mayFail: false },
      { index: 3, role: "body", mayFail: true },
    ]);
  });

  it("sets changed values after the parameters cell, then what is computed from them", () => {
    const worksheet = compiled();
    const plan = planRun(worksheet, { ...defaultValues(worksheet.parameters), n: 7 }, {});
    expect(plan.map((cell) => cell.role)).toEqual(["imports", "parameters", "injected", "body"]);
    expect(plan[2]).toEqual({ index: 2, source: "# Parameters\nn = 7\ntwice = n * 2\nfour = twice * 2", role: "injected", mayFail: false });
  });

  it("gives the kernel's own path of a file, uploaded or not", () => {
    const worksheet = compiled();
    const plan = planRun(worksheet, { ...defaultValues(worksheet.parameters), counts: { upload: "up_x", name: "my.csv" } }, { counts: "inputs/my.csv" });
    expect(plan[2]?.source).toBe('# Parameters\ncounts = "inputs/my.csv"');
    expect(planRun(worksheet, defaultValues(worksheet.parameters), { counts: "data/a.csv" })[2]?.source).toBe('# Parameters\ncounts = "data/a.csv"');
  });

  it("assigns as R does, with names in backticks where they need it", () => {
    const worksheet = compiled(notebookOf([{ code: "`my n` <- 5L\nm = 1\nk <- `my n` + m", tags: ["parameters"] }], "r"));
    expect(planRun(worksheet, { "my n": 6, m: 2 }, {})[1]?.source).toBe("# Parameters\n`my n` <- 6L\nm <- 2\nk <- `my n` + m");
  });
});

describe("the executed notebook", () => {
  it("has outputs in place and the changed values in a cell of their own", () => {
    const worksheet = compiled();
    const plan = planRun(worksheet, { ...defaultValues(worksheet.parameters), n: 7 }, {});
    const cells = foldEvents(
      [],
      [
        { type: "output", index: 3, output: { output_type: "stream", name: "stdout", text: "1\r2" } },
        { type: "cell", index: 3, state: "done", executionCount: 4 },
      ],
    );
    const executed = executedNotebook(notebook, worksheet, plan, cells);
    expect(executed.cells.map((cell) => cell.source)).toEqual(["# T", "import a", notebook.cells[2]?.source, plan[2]?.source, "1/0", "never()"]);
    expect(executed.cells[3]).toMatchObject({ cell_type: "code", id: "injected-parameters", metadata: { tags: ["injected-parameters"] } });
    expect(executed.cells[4]).toMatchObject({ outputs: [{ text: "2" }], execution_count: 4 });
    expect(compileWorksheet(executed, { path: "n.ipynb" }).worksheet?.parameters).toEqual(worksheet.parameters);
  });

  it("does not pile up injected cells when run again", () => {
    const worksheet = compiled();
    const plan = planRun(worksheet, { ...defaultValues(worksheet.parameters), n: 7 }, {});
    const once = executedNotebook(notebook, worksheet, plan, []);
    const again = compiled(once);
    const twice = executedNotebook(once, again, planRun(again, { ...defaultValues(again.parameters), n: 8 }, {}), []);
    expect(twice.cells.filter((cell) => cell.source.startsWith("# Parameters")).map((cell) => cell.source)).toEqual([
      "# Parameters\nn = 8\ntwice = n * 2\nfour = twice * 2",
    ]);
  });
});
