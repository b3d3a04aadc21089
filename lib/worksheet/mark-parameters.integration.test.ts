import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import type { Notebook } from "#lib/notebook/nbformat.ts";
import { markParameters } from "./mark-parameters.ts";
import { pythonProgram, rProgram, withChoice } from "./marking-testing.ts";

/** Runs every cell as a kernel does, one namespace for all, until one fails; says what the names then are. */
const pythonRunner = `
import json, sys
def run(cells):
    space = {}
    for source in cells:
        source = "\\n".join("pass" if line.startswith("%") else line for line in source.split("\\n"))
        try:
            exec(source, space)
        except Exception:
            return None
    show = lambda value: "function" if callable(value) else "module" if type(value).__name__ == "module" else repr(value)
    return {name: show(value) for name, value in sorted(space.items()) if name != "__builtins__"}
for case in json.load(open(sys.argv[1], encoding="utf-8")):
    print(json.dumps([run(cells) for cells in case]))
`;
const rRunner = `
run <- function(cells) {
  space <- new.env(parent = globalenv())
  for (source in cells) if (!tryCatch({ eval(parse(text = source, keep.source = FALSE), space); TRUE }, error = function(e) FALSE)) return("null")
  names <- sort(ls(space))
  show <- function(name) { value <- get(name, envir = space); if (is.function(value)) "function" else paste(deparse(value), collapse = "") }
  deparse(paste(names, vapply(names, show, ""), collapse = "; "), width.cutoff = 500L)[[1]]
}
cases <- eval(parse(commandArgs(TRUE)[1], keep.source = FALSE))
for (case in cases) cat("[", run(case[[1]]), ",", run(case[[2]]), "]\\n", sep = "")
`;

const folder = mkdtempSync(join(tmpdir(), "sheaf-marking-"));
const runtimes = "/var/cache/sheaf/runtimes";
const roots = process.getuid?.() === 0 && existsSync(runtimes) ? readdirSync(runtimes).map((name) => join(runtimes, name)) : [];
/** Where R is: on the machine, or in the kernels' file system, which only root may enter. */
const rRoot = ["", ...roots].find((root) => spawnSync(...inside(root, ["Rscript", "--version"])).status === 0);
const hasPython = spawnSync("python3", ["--version"]).status === 0;

function inside(root: string, command: readonly [string, ...string[]]): [string, string[]] {
  return root === "" ? [command[0], command.slice(1)] : ["chroot", [root, ...command]];
}

afterAll(() => {
  rmSync(folder, { recursive: true });
  if (rRoot) rmSync(rRoot + placeIn(rRoot), { recursive: true, force: true });
});

function placeIn(root: string): string {
  return root === "" ? folder : join("/tmp", basename(folder));
}

type Case = readonly [before: readonly string[], after: readonly string[]];
type Runner = { readonly root: string; readonly command: string; readonly program: string; readonly cases: string };

function answersOf({ root, command, program, cases }: Runner): readonly (readonly [unknown, unknown])[] {
  const place = placeIn(root);
  mkdirSync(root + place, { recursive: true });
  writeFileSync(join(root + place, "program"), program);
  writeFileSync(join(root + place, "cases"), cases);
  const env = { ...process.env, LC_ALL: "C.UTF-8" };
  const ran = spawnSync(...inside(root, [command, `${place}/program`, `${place}/cases`]), { encoding: "utf8", maxBuffer: 1e9, env });
  if (ran.status !== 0) throw new Error(ran.stderr.slice(-2000));
  return ran.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as [unknown, unknown]);
}

function casesOf(programs: fc.Arbitrary<Notebook>, numRuns: number): readonly Case[] {
  const codeOf = (notebook: Notebook) => notebook.cells.filter((cell) => cell.cell_type === "code").map((cell) => cell.source);
  return fc.sample(withChoice(programs), { numRuns, seed: 5 }).flatMap(({ notebook, specs }): Case[] => {
    const result = markParameters(notebook, specs);
    return result.ok && Object.keys(specs).length > 0 ? [[codeOf(notebook), codeOf(result.value)]] : [];
  });
}

function expectSameValues(cases: readonly Case[], answers: readonly (readonly [unknown, unknown])[]): void {
  expect(answers.length).toBe(cases.length);
  // A notebook that fails half-way has no values to keep.
  const whole = [...answers.entries()].filter(([, [before]]) => before !== null);
  for (const [index, [before, after]] of whole) expect({ cells: cases[index], values: after }).toEqual({ cells: cases[index], values: before });
  expect(whole.length).toBeGreaterThan(300);
}

describe("a marked notebook gives the same values as before", () => {
  it.skipIf(!hasPython)("in more than a thousand generated notebooks in Python (skipped where python3 is absent)", () => {
    const cases = casesOf(pythonProgram, 8000);
    expect(cases.length).toBeGreaterThan(1000);
    expectSameValues(cases, answersOf({ root: "", command: "python3", program: pythonRunner, cases: JSON.stringify(cases) }));
  });

  it.skipIf(rRoot === undefined)("in more than a thousand generated notebooks in R (skipped where Rscript is absent)", () => {
    const cases = casesOf(rProgram, 4000);
    expect(cases.length).toBeGreaterThan(1000);
    // The escapes of JSON that occur here mean the same in R.
    const vector = (sources: readonly string[]) => `c(${sources.map((source) => JSON.stringify(source)).join(", ")})`;
    const written = `list(${cases.map(([before, after]) => `list(${vector(before)}, ${vector(after)})`).join(",\n")})`;
    expectSameValues(cases, answersOf({ root: rRoot ?? "", command: "Rscript", program: rRunner, cases: written }));
  });
});
