import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import type { Parameter } from "#lib/domain/parameter.ts";
import type { CompiledWorksheet, Problem } from "#lib/domain/worksheet.ts";
import { compileWorksheet } from "./compile.ts";
import { planRun } from "./plan-run.ts";
import { notebookOf } from "./testing.ts";
import { checkValues, defaultValues } from "./values.ts";

// Thousands of generated cases, also on a machine that is busy.
vi.setConfig({ testTimeout: 60_000 });

type Cells = Parameters<typeof notebookOf>[0];

function compile(cells: Cells, language = "python", metadata: Record<string, unknown> = {}): { worksheet: CompiledWorksheet; problems: readonly Problem[] } {
  const notebook = notebookOf(cells, language);
  const { worksheet, problems } = compileWorksheet({ ...notebook, metadata: { ...notebook.metadata, ...metadata } }, { path: "folder/my-notebook.ipynb" });
  if (!worksheet) throw new Error(problems.map((problem) => problem.message).join("\n"));
  return { worksheet, problems };
}
function parametersOf(source: string, language = "python", metadata: Record<string, unknown> = {}): readonly Parameter[] {
  return compile([{ code: source, tags: ["parameters"], metadata }], language).worksheet.parameters;
}
function problemsOf(cells: Cells, language = "python"): readonly Problem[] {
  return compileWorksheet(notebookOf(cells, language), { path: "n.ipynb" }).problems;
}
function rolesOf(cells: Cells, language = "python"): string {
  return compile(cells, language)
    .worksheet.cells.map((cell) => (cell.kind === "code" ? cell.role : "markdown"))
    .join(" ");
}

describe("a cell tagged parameters", () => {
  it.each([
    ["n = 5", { type: "integer", default: 5 }],
    ["n = -1_000", { type: "integer", default: -1000 }],
    ["n = 0xff", { type: "integer", default: 255 }],
    ["n = 123456789012345678901234567890", { type: "integer", default: "123456789012345678901234567890" }],
    ["n = 1e-3  # The rate", { type: "number", default: 0.001, help: "The rate" }],
    ["n: float = 2", { type: "number", default: 2 }],
    ["n = float('-inf')", { type: "number", default: "-Infinity" }],
    ["n = np.nan", { type: "number", default: "NaN" }],
    ["n = True", { type: "boolean", default: true }],
    ["n = 'a' \"b\\n\" # two pieces", { type: "text", default: "ab\n", help: "two pieces" }],
    ["n = r'\\d'", { type: "string", default: "\\d" }],
    ['n = """a\nb"""', { type: "text", default: "a\nb" }],
    ["n: Optional[int] = None", { type: "integer", default: null, nullable: true }],
    ["n: str | None = None", { type: "string", default: null, nullable: true }],
    ["n = None # type: float The level", { type: "number", default: null, help: "The level" }],
    [
      "n: Literal['a', 'b'] = 'b'",
      {
        type: "choice",
        default: "b",
        choices: [
          { value: "a", label: "a" },
          { value: "b", label: "b" },
        ],
      },
    ],
    ["n: List[Literal['a', 'b']] = ['b']", { type: "choices", default: ["b"] }],
    ["n = date(2024, 2, 29)", { type: "date", default: "2024-02-29", writtenAs: "date" }],
    ['n: date = "2024-02-29"', { type: "date", default: "2024-02-29" }],
    ["n = (\n  5\n)  # in brackets", { type: "integer", default: 5, help: "in brackets" }],
    ["n = 5 #@param {type:'slider', min:1, max:9}", { type: "integer", min: 1, max: 9, slider: true }],
  ])("in Python reads %s", (source, expected) => {
    expect(parametersOf(source)[0]).toMatchObject(expected);
  });

  it.each([
    ["n <- 100L # How many", { type: "integer", default: 100, help: "How many" }],
    ["n = 100", { type: "number", default: 100 }],
    ["n <- 100 # type: integer How many", { type: "integer", default: 100, help: "How many" }],
    ["n <- -Inf", { type: "number", default: "-Infinity" }],
    ["n <- TRUE", { type: "boolean", default: true }],
    ["n <- 'it\\'s'", { type: "string", default: "it's" }],
    ['n <- r"(a\\b)"', { type: "string", default: "a\\b" }],
    ["n <- NULL # type: numeric", { type: "number", default: null, nullable: true }],
    ["n <- NA_character_", { type: "string", default: null, nullable: true }],
    ['n <- as.Date("2024-02-29")', { type: "date", default: "2024-02-29", writtenAs: "date" }],
    ["n <-\n  5L", { type: "integer", default: 5 }],
    ["max.size <- 2L", { name: "max.size", label: "Max size" }],
  ])("in R reads %s", (source, expected) => {
    expect(parametersOf(source, "r")[0]).toMatchObject(expected);
  });

  it("takes what its metadata say", () => {
    const metadata = {
      sheaf: {
        parameters: {
          population_size: { label: "Population", help: "Diploid.", unit: "individuals", min: 2, max: 500, step: 1, group: "Model", slider: true },
          model: { choices: ["wright", { value: "moran", label: "Moran" }], advanced: true },
          counts: { accept: [".csv"], maxBytes: 1000 },
          by: { of: "counts" },
          window: { min: 0, max: 10 },
          sites: { choices: ["a", "b"] },
          seed: { fixed: true },
        },
      },
    };
    const source = "population_size = 50\nmodel = 'wright'\ncounts = 'data/counts.csv'\nby = 'site'\nwindow = (2, 5)\nsites = ['b']\nseed = 1\nplain = 3";
    expect(parametersOf(source, "python", metadata)).toEqual([
      {
        name: "population_size",
        label: "Population",
        advanced: false,
        nullable: false,
        help: "Diploid.",
        unit: "individuals",
        group: "Model",
        type: "integer",
        default: 50,
        min: 2,
        max: 500,
        step: 1,
        slider: true,
      },
      {
        name: "model",
        label: "Model",
        advanced: true,
        nullable: false,
        type: "choice",
        default: "wright",
        choices: [
          { value: "wright", label: "wright" },
          { value: "moran", label: "Moran" },
        ],
        allowOther: false,
      },
      { name: "counts", label: "Counts", advanced: false, nullable: false, type: "file", default: "data/counts.csv", accept: [".csv"], maxBytes: 1000 },
      { name: "by", label: "By", advanced: false, nullable: false, type: "column", default: "site", of: "counts" },
      { name: "window", label: "Window", advanced: false, nullable: false, type: "range", default: [2, 5], min: 0, max: 10 },
      {
        name: "sites",
        label: "Sites",
        advanced: false,
        nullable: false,
        type: "choices",
        default: ["b"],
        choices: [
          { value: "a", label: "a" },
          { value: "b", label: "b" },
        ],
      },
      { name: "plain", label: "Plain", advanced: false, nullable: false, type: "integer", default: 3 },
    ]);
  });

  it.each([
    [{ a: { min: 10 } }, "The default value of a does not fit: A must be at least 10."],
    [{ a: { typ: "integer" } }, 'Unrecognized key: "typ"'],
    [{ a: { choices: [1, 2] } }, "must be one of its choices"],
    [{ a: { of: "b" } }, "must be a column's name"],
    [{ b: { label: "B" } }, 'The metadata describe "b"'],
    [{ a: { accept: [".csv"], min: 1 } }, "has no"],
    ["a", "must be an object"],
  ])("refuses the metadata %o", (parameters, message) => {
    const problems = problemsOf([{ code: "a = 5", tags: ["parameters"], metadata: { sheaf: { parameters } } }]);
    expect(
      problems
        .filter((problem) => problem.severity === "error")
        .map((problem) => problem.message)
        .join("\n"),
    ).toContain(message);
  });

  it.each([
    ["a = 5\nb = a * 2", "warning", 2, "b is computed from a"],
    ["a = 5\nprint(a)", "warning", 2, "uses a before"],
    ["a = 5\na = 6", "warning", 2, "already in line 1"],
    ["a = 5\n= 6", "error", 2, "nothing can begin with"],
    ["a = [1, 2]", "warning", 1, "list whose choices"],
    ["a = {'x': 1}", "warning", 1, "is computed"],
    ["a = 5\nb = 'open", "error", 2, "not closed by a quote"],
    ["a = (5", "error", 1, "not closed"],
    ["a: Frame = 5", "warning", 1, 'type "Frame"'],
    ["__a = 5", "error", 1, "two underscores"],
    ["a = 'x\\0y'", "error", 1, "NUL"],
    ['a = 5 #@param {type:"colour"}', "error", 1, "no type"],
    ["a = b = 5", "warning", 1, "makes no field"],
    ["a, b = 1, 2", "warning", 1, "makes no field"],
  ])("locates the problem of %o", (code, severity, line, message) => {
    const problem = problemsOf([{ markdown: "# T" }, { code, tags: ["parameters"] }]).find((candidate) => candidate.message.includes(message));
    expect(problem).toMatchObject({ severity, cell: 1, line });
  });

  it("says that only the first of two is read", () => {
    const problems = problemsOf([
      { code: "a = 1", tags: ["parameters"] },
      { code: "b = 1", tags: ["parameters"] },
    ]);
    expect(problems).toMatchObject([{ severity: "warning", cell: 1 }]);
  });
});

describe("Colab forms", () => {
  it("are fields wherever they stand, and are written in place", () => {
    const { worksheet } = compile([
      "import math",
      '#@title Growth { run: "auto" }\n#@markdown How *fast* it grows.\nrate = 0.5 #@param {type:"slider", min:0, max:1, step:0.1}\nname = \'a\' #@param ["a", "b"] {allow-input: true}\nk = 2 # @param ["1", "2"] {type:"raw"}\nwhen = \'2024-01-01\' #@param {type:"date"}\ntwice = rate * 2',
      'flag = True #@param {type:"boolean"}',
    ]);
    expect(worksheet.parameters).toMatchObject([
      { name: "rate", type: "number", min: 0, max: 1, step: 0.1, slider: true, help: "How fast it grows.", group: "Growth" },
      { name: "name", type: "choice", allowOther: true, default: "a" },
      { name: "k", type: "choice", choices: [{ value: 1 }, { value: 2 }], default: 2 },
      { name: "when", type: "date", default: "2024-01-01" },
      { name: "flag", type: "boolean" },
    ]);
    expect(worksheet.title).toBe("Growth");
    const plan = planRun(worksheet, { ...defaultValues(worksheet.parameters), rate: 0.25, name: "it's", flag: false }, {});
    expect(plan.map((cell) => cell.role)).toEqual(["imports", "body", "parameters"]);
    expect(plan[1]?.source).toContain("rate = 0.25 #@param");
    expect(plan[1]?.source).toContain('name = "it\'s" #@param');
    expect(plan[2]?.source).toBe('flag = False #@param {type:"boolean"}');
  });

  it.each([
    ["x = f() #@param {type:'raw'}", "warning", "is computed"],
    ["#@param {type:'string'}", "error", "must stand behind an assignment"],
    ["x = 'a' #@param {type:'colour'}", "error", "no type"],
    ["x = 'a' #@param ['a', f()]", "error", "not a list of fixed values"],
    ["x = 'c' #@param ['a', 'b']", "error", "one of its choices"],
    ["x = 'a' #@param {hue: 1}", "error", 'no option "hue"'],
    ["x = 1\nx = 'a' #@param ['a'", "error", "not understood"],
  ])("locate the problem of %s", (code, severity, message) => {
    expect(problemsOf([code]).find((problem) => problem.message.includes(message))).toMatchObject({ severity, cell: 0, line: code.includes("\n") ? 2 : 1 });
  });
});

describe("cells", () => {
  it("of nothing but imports are known as such while nothing else came before", () => {
    expect(
      rolesOf([{ markdown: "# T" }, "import a\nfrom b import (c, d)\n%matplotlib inline", "", { code: "x = 1", tags: ["parameters"] }, "import e", "y = x"]),
    ).toBe("markdown imports skipped parameters body body");
    expect(rolesOf(["print(1)", "import a"])).toBe("body body");
    expect(rolesOf(["import a; a.b()"])).toBe("body");
    expect(rolesOf(["%%bash\nimport a"])).toBe("body");
    expect(rolesOf(["library(ggplot2)\nsuppressPackageStartupMessages({\n library(dplyr)\n require('x')\n})", "options(a = 1)"], "r")).toBe("imports body");
    expect(rolesOf(["library(f())"], "r")).toBe("body");
  });

  it("show what their tags say, in both spellings", () => {
    const show = (tags: readonly string[], metadata: Record<string, unknown> = {}, showCode = false) => {
      const [cell] = compile([{ code: "x", tags, metadata }], "python", { sheaf: { showCode } }).worksheet.cells;
      return cell?.kind === "code" ? { ...cell.show, role: cell.role, mayFail: cell.mayFail } : null;
    };
    const usual = { source: "removed", outputs: "shown", stdout: true, stderr: true, role: "body", mayFail: false };
    expect(show([])).toEqual(usual);
    expect(show([], {}, true)).toEqual({ ...usual, source: "shown" });
    expect(show(["show-input"])).toEqual({ ...usual, source: "shown" });
    expect(show(["hide_input"])).toEqual({ ...usual, source: "folded" });
    expect(show(["remove-input"], {}, true)).toEqual(usual);
    expect(show(["hide-output", "remove_stderr"])).toEqual({ ...usual, outputs: "folded", stderr: false });
    expect(show(["remove-output", "remove-stdout"])).toEqual({ ...usual, outputs: "removed", stdout: false });
    expect(show(["hide-cell"])).toEqual({ ...usual, source: "folded", outputs: "folded" });
    expect(show(["remove-cell"], {}, true)).toEqual({ ...usual, outputs: "removed" });
    expect(show(["raises-exception"])).toEqual({ ...usual, mayFail: true });
    expect(show(["skip_execution"])).toEqual({ ...usual, role: "skipped" });
    expect(show([], { jupyter: { source_hidden: true, outputs_hidden: true } }, true)).toEqual({ ...usual, source: "folded", outputs: "folded" });
  });

  it("that papermill injected before are left out", () => {
    expect(
      rolesOf([
        { code: "x = 1", tags: ["parameters"] },
        { code: "x = 2", tags: ["injected-parameters"] },
      ]),
    ).toBe("parameters skipped");
  });
});

describe("words", () => {
  it("come from the first heading and the paragraph after it", () => {
    const { worksheet } = compile([
      { markdown: "![logo](x.png)\n\n# The *Hardy*–`Weinberg` law\n\n![](y.png)\n\nHow **allele** [frequencies](http://x) stay.\nTwo lines.\n\nMore." },
    ]);
    expect(worksheet).toMatchObject({ title: "The Hardy–Weinberg law", description: "How allele frequencies stay. Two lines." });
    expect(worksheet.searchText).toContain("More.");
  });

  it("are the author's own where given, and the file's name where there is nothing", () => {
    expect(compile(["1"], "python", { sheaf: { title: "Mine", description: "About it." } }).worksheet).toMatchObject({
      title: "Mine",
      description: "About it.",
    });
    expect(compile(["1"]).worksheet.title).toBe("My notebook");
  });
});

describe("compiling", () => {
  it.each([
    [{ kernelspec: { name: "julia-1.9", language: "julia" } }, "julia"],
    [{ kernelspec: {} }, "does not say its language"],
  ])("refuses the language of %o", (metadata, message) => {
    const compiled = compileWorksheet({ ...notebookOf(["1"]), metadata }, { path: "n.ipynb" });
    expect(compiled.worksheet).toBeNull();
    expect(compiled.problems[0]?.message).toContain(message);
  });

  it("never throws, and gives a worksheet whose defaults can run or an error that says why", () => {
    const piece = fc.constantFrom(
      "x",
      "y",
      " = ",
      "<-",
      "5",
      "-",
      "'a'",
      '"',
      "'''",
      "[",
      "]",
      "(",
      ")",
      "{",
      "}",
      ",",
      "\n",
      "    ",
      "#",
      "#@param ",
      "#@title ",
      "type:",
      "# type: ",
      "'slider'",
      "None",
      "NULL",
      "c(",
      "1e999",
      "\\",
      "%",
      "é",
      ";",
      "Literal[",
      "import a",
      "library(b)",
      "date(",
    );
    const source = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join("")),
    );
    const metadata = fc.oneof(
      fc.constant({}),
      fc.record({ tags: fc.subarray(["parameters", "hide-input", "skip-execution"]) }),
      fc.jsonValue().map((sheaf) => ({ sheaf, tags: sheaf })),
      fc
        .dictionary(fc.constantFrom("x", "y"), fc.record({ min: fc.integer(), type: fc.constantFrom("integer", "file", "range") }, { requiredKeys: [] }))
        .map((parameters) => ({ sheaf: { parameters } })),
    );
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.record({ code: source, metadata }), fc.record({ markdown: source })), { maxLength: 4 }),
        fc.constantFrom("python", "r"),
        (cells, language) => {
          const { worksheet, problems } = compileWorksheet(notebookOf(cells as Cells, language), { path: "n.ipynb" });
          expect(worksheet === null).toBe(problems.some((problem) => problem.severity === "error"));
          if (!worksheet) return;
          const given = worksheet.parameters.filter((parameter) => parameter.default !== null);
          expect(checkValues(given, {}, { language: worksheet.language }).ok).toBe(true);
          expect(planRun(worksheet, defaultValues(worksheet.parameters), {}).every((cell) => cell.role !== "injected")).toBe(true);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it("stays quick on hostile notebooks", () => {
    const began = performance.now();
    for (const code of [
      "[".repeat(100_000),
      "-".repeat(100_000),
      "x = 1\n".repeat(20_000),
      "'".repeat(100_001),
      "#@param {".repeat(10_000),
      "\\\n".repeat(50_000),
      "x\n\\".repeat(20_000),
    ]) {
      compileWorksheet(notebookOf([{ code, tags: ["parameters"] }, { markdown: code }, code]), { path: "n.ipynb" });
      compileWorksheet(notebookOf([{ code, tags: ["parameters"] }], "r"), { path: "n.ipynb" });
    }
    for (const markdown of [
      "*".repeat(100_000),
      "[".repeat(100_000),
      "<".repeat(100_000),
      "`".repeat(100_000),
      "_a ".repeat(50_000),
      "<!--".repeat(30_000),
      "![](".repeat(30_000),
    ])
      compileWorksheet(notebookOf([{ markdown }]), { path: "n.ipynb" });
    expect(performance.now() - began).toBeLessThan(10_000);
  });
});
