import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { cleanNotebook } from "./clean-notebook.ts";
import { mergeNotebooks } from "./merge-notebooks.ts";
import { printNotebook } from "./print-notebook.ts";
import { notebook, threeSides } from "./testing.ts";

/** Jupyter's own judge, in the kernels' file system or on the machine. */
const program = `
import json, sys, nbformat
for line in open(sys.argv[1], encoding="utf-8"):
    text = json.loads(line)
    problem = None
    try:
        nbformat.validate(json.loads(text))
        again = nbformat.writes(nbformat.reads(text, as_version=4))
        if again.rstrip("\\n") != text.rstrip("\\n"):
            problem = "Jupyter would write it otherwise"
    except Exception as error:
        problem = str(error)[:500]
    print(json.dumps(problem))
`;

const runtimes = "/var/cache/sheaf/runtimes";
const roots = process.getuid?.() === 0 && existsSync(runtimes) ? readdirSync(runtimes).map((name) => join(runtimes, name)) : [];
const root = ["", ...roots].find((one) => spawnSync(...inside(one, ["python3", "-c", "import nbformat"])).status === 0);
const folder = mkdtempSync(join(tmpdir(), "sheaf-merged-"));
const place = join("/tmp", basename(folder));

function inside(at: string, command: readonly [string, ...string[]]): [string, string[]] {
  return at === "" ? [command[0], command.slice(1)] : ["chroot", [at, ...command]];
}

afterAll(() => {
  rmSync(folder, { recursive: true });
  if (root) rmSync(root + place, { recursive: true, force: true });
});

function problemsOf(texts: readonly string[]): readonly unknown[] {
  const at = root ? root + place : folder;
  mkdirSync(at, { recursive: true });
  writeFileSync(join(at, "check.py"), program);
  writeFileSync(join(at, "notebooks"), texts.map((text) => JSON.stringify(text)).join("\n"));
  const seen = root ? place : folder;
  const ran = spawnSync(...inside(root ?? "", ["python3", `${seen}/check.py`, `${seen}/notebooks`]), {
    encoding: "utf8",
    maxBuffer: 1e9,
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1", LC_ALL: "C.UTF-8" },
  });
  if (ran.status !== 0) throw new Error(ran.stderr.slice(-2000));
  return ran.stdout
    .trim()
    .split("\n")
    .map((line): unknown => JSON.parse(line));
}

describe.skipIf(root === undefined)("what Jupyter says (skipped where nbformat is absent)", () => {
  it("calls 600 merged notebooks valid, and would write them as they are", () => {
    const merged = [
      ...fc.sample(threeSides, { numRuns: 400, seed: 3 }).map((sides) => mergeNotebooks(sides)),
      ...fc.sample(fc.tuple(notebook, notebook), { numRuns: 200, seed: 4 }).map(([ours, theirs]) => mergeNotebooks({ base: null, ours, theirs })),
    ].map(({ notebook: one }) => printNotebook({ ...one, metadata: { kernelspec: { name: "python3", display_name: "Python 3", language: "python" } } }));
    const problems = problemsOf(merged);
    expect(problems.length).toBe(merged.length);
    expect(problems.filter((problem) => problem !== null)).toEqual([]);
  });

  it("would write 300 cleaned notebooks as they are", () => {
    const cleaned = fc.sample(threeSides, { numRuns: 300, seed: 6 }).map((sides) => {
      const { notebook: one } = mergeNotebooks(sides);
      return (
        cleanNotebook(printNotebook({ ...one, metadata: { kernelspec: { name: "python3", display_name: "Python 3", language: "python" } } }), {
          keepOutputs: false,
        }) ?? ""
      );
    });
    expect(problemsOf(cleaned).filter((problem) => problem !== null)).toEqual([]);
  });
});
