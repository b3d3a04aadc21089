import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Notebook } from "#lib/notebook/nbformat.ts";
import { markParameters } from "./mark-parameters.ts";
import { pythonProgram, withChoice } from "./marking-testing.ts";

/** Runs every cell as a kernel does, one namespace for all, until one fails; says what the names then are. */
const program = `
import json, sys
def run(cells):
    space, error = {}, None
    for source in cells:
        source = "\\n".join("pass" if line.startswith("%") else line for line in source.split("\\n"))
        try:
            exec(source, space)
        except Exception as problem:
            error = type(problem).__name__ + ": " + str(problem)
            break
    show = lambda value: "function" if callable(value) else "module" if type(value).__name__ == "module" else repr(value)
    return [error, {name: show(value) for name, value in space.items() if name != "__builtins__"}]
for line in open(sys.argv[1], encoding="utf-8"):
    print(json.dumps([run(cells) for cells in json.loads(line)]))
`;

const codeOf = (notebook: Notebook) => notebook.cells.filter((cell) => cell.cell_type === "code").map((cell) => cell.source);
const hasPython = spawnSync("python3", ["--version"]).status === 0;

describe.skipIf(!hasPython)("a marked notebook (skipped where python3 is absent)", () => {
  it("gives the same values as before, in a thousand generated notebooks", () => {
    const cases = fc.sample(withChoice(pythonProgram), { numRuns: 8000, seed: 5 }).flatMap(({ notebook, specs }) => {
      const result = markParameters(notebook, specs);
      return result.ok && Object.keys(specs).length > 0 ? [[codeOf(notebook), codeOf(result.value)]] : [];
    });
    expect(cases.length).toBeGreaterThan(1000);
    const folder = mkdtempSync(join(tmpdir(), "sheaf-marking-"));
    try {
      writeFileSync(join(folder, "run.py"), program);
      writeFileSync(join(folder, "cases"), cases.map((one) => JSON.stringify(one)).join("\n"));
      const ran = spawnSync("python3", [join(folder, "run.py"), join(folder, "cases")], { encoding: "utf8", maxBuffer: 1e9 });
      expect(ran.stderr).toBe("");
      const answers = ran.stdout.trim().split("\n");
      expect(answers.length).toBe(cases.length);
      let whole = 0;
      for (const [index, answer] of answers.entries()) {
        const [before, after] = JSON.parse(answer) as [[string | null, unknown], [string | null, unknown]];
        // A notebook that fails half-way has no values to keep.
        if (before[0] !== null) continue;
        whole++;
        expect({ cells: cases[index], answer: after }).toEqual({ cells: cases[index], answer: before });
      }
      expect(whole).toBeGreaterThan(300);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
