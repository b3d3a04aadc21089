import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import type { Value } from "#lib/domain/parameter.ts";
import type { Language } from "#lib/domain/worksheet.ts";
import { literal } from "./literal.ts";
import type { Case } from "./testing.ts";
import { validCase } from "./testing.ts";

/**
 * Thousands of hostile values, written as literals and evaluated by real interpreters, which answer in hexadecimal what
 * they understood. R is looked for on the machine and in the kernels' own file system.
 */
const folder = mkdtempSync(join(tmpdir(), "sheaf-literals-"));
const batches = 4;
const batchSize = 1000;

const pythonProgram = `
import json, math, sys
def show(v):
    if v is None: return ["null"]
    if isinstance(v, bool): return ["boolean", v]
    if isinstance(v, int): return ["integer", str(v)]
    if isinstance(v, float): return ["number", "NaN" if math.isnan(v) else v.hex()]
    if isinstance(v, str): return ["string", v.encode("utf-8", "surrogatepass").hex()]
    return ["list", [show(i) for i in v]]
for line in open(sys.argv[1], encoding="ascii"):
    print(json.dumps(show(eval(line))))
`;
const rProgram = `
show <- function(v) {
  if (is.null(v)) return('["null"]')
  if (length(v) != 1) return(paste0('["list",[', paste(vapply(v, show, ""), collapse = ","), ']]'))
  if (is.logical(v)) return(paste0('["boolean",', tolower(as.character(v)), ']'))
  if (is.integer(v)) return(paste0('["integer","', v, '"]'))
  if (is.numeric(v)) return(paste0('["number","', if (is.nan(v)) "NaN" else sprintf("%a", v), '"]'))
  paste0('["string","', paste(as.character(charToRaw(enc2utf8(v))), collapse = ""), '"]')
}
for (line in readLines(commandArgs(TRUE)[1])) cat(show(eval(parse(text = line, keep.source = FALSE))), "\\n", sep = "")
`;

type Interpreter = (program: string, sources: readonly string[]) => unknown[];

function runIn(root: string, command: readonly string[], extension: string): Interpreter {
  return (program, sources) => {
    const place = root === "" ? folder : `/tmp/${folder.split("/").at(-1)}`;
    mkdirSync(root + place, { recursive: true });
    writeFileSync(join(root + place, `program.${extension}`), program);
    writeFileSync(join(root + place, "values"), `${sources.join("\n")}\n`);
    const argv = inside(root, [...command, `${place}/program.${extension}`, `${place}/values`]);
    const env = { PATH: "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", LC_ALL: "C", NODE_ENV: "test" as const };
    const ran = spawnSync(argv[0] ?? "", argv.slice(1), { encoding: "utf8", maxBuffer: 1e9, env: root === "" ? { ...process.env, LC_ALL: "C" } : env });
    if (root !== "") rmSync(root + place, { recursive: true });
    if (ran.status !== 0) throw new Error(ran.error?.message ?? ran.stderr.slice(-2000));
    return ran.stdout
      .trim()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
  };
}

/** The command as it runs inside another file system. */
function inside(root: string, command: readonly string[]): readonly string[] {
  return root === "" ? command : ["chroot", root, ...command];
}

function answers([program = "", ...rest]: readonly string[]): boolean {
  return spawnSync(program, rest).status === 0;
}

/** File systems that kernels run in, which only root may enter. */
function findRoot(program: string): string | null {
  const cache = "/var/cache/sheaf";
  if (process.getuid?.() !== 0 || !existsSync(cache)) return null;
  const roots = [join(cache, "runtimes"), cache].filter((path) => existsSync(path)).flatMap((path) => readdirSync(path).map((name) => join(path, name)));
  return roots.find((root) => statSync(root).isDirectory() && existsSync(join(root, program)) && answers(inside(root, [program, "--version"]))) ?? null;
}

function findR(): Interpreter | null {
  if (answers(["Rscript", "--version"])) return runIn("", ["Rscript", "--vanilla"], "R");
  const root = findRoot("/usr/bin/Rscript");
  return root === null ? null : runIn(root, ["/usr/bin/Rscript", "--vanilla"], "R");
}

const python = answers(["python3", "--version"]) ? runIn("", ["python3"], "py") : null;
const r = findR();

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(!python)("Python (skipped where python3 is absent)", () => {
  it(`understands ${batches * batchSize} hostile values as they were meant`, () => {
    for (let batch = 0; batch < batches; batch++) checkBatch("python", python, pythonProgram, fc.sample(validCase, { numRuns: batchSize, seed: 17 + batch }));
  });
});

describe.skipIf(!r)("R (skipped where Rscript is absent)", () => {
  it(`understands ${batches * batchSize} hostile values as they were meant`, () => {
    const holds = ({ parameter, value }: Case) => parameter.type !== "integer" || typeof value === "number";
    for (let batch = 0; batch < batches; batch++) checkBatch("r", r, rProgram, fc.sample(validCase.filter(holds), { numRuns: batchSize, seed: 31 + batch }));
  });
});

function checkBatch(language: Language, interpreter: Interpreter | null, program: string, cases: readonly Case[]): void {
  const sources = cases.map(({ parameter, value }) => literal(language, parameter, value));
  const answers = interpreter?.(program, sources) ?? [];
  expect(answers.length).toBe(cases.length);
  for (const [at, { parameter, value }] of cases.entries())
    expect({ source: sources[at], means: understood(answers[at], parameter.type) }).toEqual({
      source: sources[at],
      means: meant(value, parameter.type, language),
    });
}

/** What interpreter and value are compared as: kind is what R and Python both keep apart. */
function meant(value: Value, type: string, language: Language): unknown {
  if (value === null) return null;
  if (Array.isArray(value)) {
    const items = value.map((item) => meant(item, "choice", language));
    // A vector of one is that one in R, and one of none is NULL.
    if (language === "r") return items.length === 0 ? null : items.length === 1 ? items[0] : items;
    return items;
  }
  if (typeof value === "boolean") return value;
  if (type === "integer") return BigInt(value as string | number).toString();
  if (type === "number") return Number(value);
  return typeof value === "number" ? value : `text ${value as string}`;
}

function understood(answer: unknown, type: string): unknown {
  const [kind, value] = answer as [string, unknown];
  if (kind === "null") return null;
  if (kind === "boolean") return value;
  if (kind === "list") return (value as unknown[]).length === 0 ? [] : (value as unknown[]).map((item) => understood(item, type));
  if (kind === "string") return `text ${Buffer.from(String(value), "hex").toString("utf8")}`;
  // Beyond 32 bits R's whole numbers are doubles.
  if (kind === "number") return type === "integer" ? String(hexadecimal(String(value))) : hexadecimal(String(value));
  // JSON does not say whether a choice is 1 or 1.0, so neither does the test.
  return type === "integer" ? String(value) : Number(value);
}

function hexadecimal(text: string): number {
  const match = /^(-?)0x([01])(?:\.([0-9a-f]*))?p([+-]\d+)$/.exec(text);
  if (!match) return text === "inf" || text === "Inf" ? Number.POSITIVE_INFINITY : text === "-inf" || text === "-Inf" ? Number.NEGATIVE_INFINITY : Number(text);
  const [, sign, whole, fraction = "", exponent] = match;
  const digits = Number.parseInt(`${whole}${fraction.padEnd(13, "0").slice(0, 13)}`, 16);
  // In two steps, since 2^-1074 has no reciprocal that is a number.
  const power = Number(exponent) - 52;
  const half = Math.trunc(power / 2);
  return (sign === "-" ? -1 : 1) * digits * 2 ** half * 2 ** (power - half);
}
