import { projectPlace } from "#lib/domain/environment.ts";
import {
  decodeText,
  errorAt,
  type FileProblem,
  folderOf,
  linesOf,
  maxTextBytes,
  type ProjectFile,
  quoted,
  type ReadFile,
  resolvePath,
  warningAt,
} from "./project-files.ts";
import { addressProblem, readRequirement } from "./requirement-line.ts";

export type Requirements = {
  /** Lines that pip may be given as they stand. */
  readonly lines: readonly string[];
  readonly constraints: readonly string[];
  /** Files of the project that the lines, or the lists themselves, stand on. */
  readonly sources: readonly string[];
  readonly problems: readonly (FileProblem & { readonly path: string })[];
};

const maxLists = 20;
const maxLines = 5000;

/** Passed on to pip as they are: they choose among what the archive has. */
const plainOptions = new Set(["--pre", "--prefer-binary", "--require-hashes", "--no-index"]);
/** Passed on with a value of names. */
const choosingOptions = new Set(["--only-binary", "--no-binary"]);
const addressOptions = new Set(["-i", "--index-url", "--extra-index-url", "-f", "--find-links"]);
const listOptions = new Map([
  ["-r", "lines"],
  ["--requirement", "lines"],
  ["-c", "constraints"],
  ["--constraint", "constraints"],
] as const);

/** A list for pip with all lists that it names. What is not understood is a problem, and never reaches pip. */
export async function readRequirements(path: string, files: readonly ProjectFile[], read: ReadFile): Promise<Requirements> {
  const reading: Reading = {
    files: new Map(files.map((file) => [file.path, file])),
    read,
    seen: new Set(),
    lines: [],
    constraints: [],
    sources: [],
    problems: [],
  };
  await readList(reading, path, "lines");
  const { lines, constraints, sources, problems } = reading;
  if (lines.length + constraints.length > maxLines) problems.push({ path, ...errorAt(null, `These are more than ${maxLines} lines.`) });
  return { lines, constraints, sources: [...new Set(sources)].sort(), problems };
}

/** The same for lines that stand in another file (pyproject.toml, environment.yml). */
export function readRequirementLines(path: string, lines: readonly string[], files: readonly ProjectFile[]): Requirements {
  const reading: Reading = {
    files: new Map(files.map((file) => [file.path, file])),
    read: null,
    seen: new Set(),
    lines: [],
    constraints: [],
    sources: [],
    problems: [],
  };
  for (const line of lines) {
    const problem = /[\r\n]/.test(line) ? `${quoted(line)} is more than one line.` : takeRequirement(reading, path, "lines", line.trim());
    if (problem !== null) reading.problems.push({ path, ...errorAt(null, problem) });
  }
  return reading;
}

type Target = "lines" | "constraints";
type Reading = {
  readonly files: ReadonlyMap<string, ProjectFile>;
  readonly read: ReadFile | null;
  readonly seen: Set<string>;
  readonly lines: string[];
  readonly constraints: string[];
  readonly sources: string[];
  readonly problems: (FileProblem & { readonly path: string })[];
};
type Line = { readonly text: string; readonly number: number | null };

async function readList(reading: Reading, path: string, target: Target): Promise<void> {
  if (reading.seen.has(path)) return;
  reading.seen.add(path);
  const decoded = decodeText(reading.seen.size > maxLists ? "absent" : ((await reading.read?.(path, maxTextBytes)) ?? "absent"));
  if (reading.seen.size > maxLists || "problem" in decoded) {
    const message = "problem" in decoded && reading.seen.size <= maxLists ? decoded.problem : `More than ${maxLists} lists name one another.`;
    reading.problems.push({ path, ...errorAt(null, message) });
    return;
  }
  reading.sources.push(path);
  for (const line of logicalLines(decoded.text)) {
    const problem = await takeLine(reading, path, target, line);
    if (problem !== null) reading.problems.push({ path, ...errorAt(line.number, problem) });
  }
}

/** What is wrong with the line, if something is. */
async function takeLine(reading: Reading, path: string, target: Target, line: Line): Promise<string | null> {
  if (/\$\{/.test(line.text)) return "Variables of the surroundings are not read: nobody else has yours. Write the value.";
  const [, option = "", given = ""] = /^(--[a-z-]+|-[A-Za-z])(?:\s*=\s*|\s+|(?<=^-[A-Za-z])|$)(.*)$/.exec(line.text) ?? [];
  if (!line.text.startsWith("-")) return takeRequirement(reading, path, target, line.text);
  const list = listOptions.get(option as "-r");
  if (list) {
    const named = fileIn(reading, path, given);
    if ("problem" in named) return named.problem;
    await readList(reading, named.path, target === "constraints" ? "constraints" : list);
    return null;
  }
  if (target === "constraints") return `${quoted(option)} cannot stand in a list of constraints.`;
  if (addressOptions.has(option)) return takeAddress(reading, path, line.number, option, given);
  return takeOption(reading, option, given);
}

function takeOption(reading: Reading, option: string, given: string): string | null {
  if (plainOptions.has(option) && given === "") {
    reading.lines.push(option);
    return null;
  }
  if (choosingOptions.has(option)) {
    if (!/^:(?:all|none):$|^[A-Za-z0-9._-]+(?:,[A-Za-z0-9._-]+)*$/.test(given)) return `${quoted(given)} is no list of packages.`;
    reading.lines.push(`${option}=${given}`);
    return null;
  }
  if (option === "-e" || option === "--editable")
    return "Packages cannot be installed for editing: an environment is made before the project's files are there. Name the packages that it needs, or a wheel.";
  return `pip's option ${quoted(option)} is not passed on. Leave it out.`;
}

function takeAddress(reading: Reading, path: string, line: number | null, option: string, given: string): string | null {
  const isLinks = option === "-f" || option === "--find-links";
  if (isLinks && !given.includes("://")) return takeWheels(reading, path, given);
  const problem = addressProblem(given);
  if (problem !== null) return problem;
  if (option === "--extra-index-url")
    reading.problems.push({
      path,
      ...warningAt(
        line,
        "A package is taken from whichever archive has the newer one: somebody may offer their own under the same name. Use --index-url alone where you can.",
      ),
    });
  const long = option === "-i" ? "--index-url" : option === "-f" ? "--find-links" : option;
  reading.lines.push(`${long}=${given}`);
  return null;
}

/** A folder of the project that packages are looked for in. */
function takeWheels(reading: Reading, path: string, given: string): string | null {
  const folder = resolvePath(folderOf(path), given);
  const within = folder === "" ? "" : `${folder}/`;
  const wheels = folder === null ? [] : [...reading.files.keys()].filter((one) => folderOf(one) === within && /\.(?:whl|tar\.gz|zip)$/.test(one));
  if (folder === null || wheels.length === 0) return `${quoted(given)} is no folder of this project with wheels in it.`;
  for (const wheel of wheels) {
    const found = fileIn(reading, "", wheel);
    if ("problem" in found) return found.problem;
    reading.sources.push(found.path);
  }
  if (!/^[A-Za-z0-9._+\-/]*$/.test(folder)) return `${quoted(given)} has signs in its name that pip does not take.`;
  reading.lines.push(`--find-links=${placeOf(folder)}`);
  return null;
}

function takeRequirement(reading: Reading, path: string, target: Target, text: string): string | null {
  const found = readRequirement(text);
  if (found.kind === "problem") return found.message;
  if (found.kind === "package") {
    reading[target].push(found.line);
    return null;
  }
  const named = fileIn(reading, path, found.path);
  if ("problem" in named) return named.problem;
  reading.sources.push(named.path);
  reading[target].push(`${placeOf(named.path)}${found.rest}`);
  return null;
}

/** A plain file of the project, named in one of its lists. */
function fileIn(reading: Reading, path: string, named: string): { readonly path: string } | { readonly problem: string } {
  if (/^[a-z]+:\/\//i.test(named)) return { problem: `${quoted(named)} is elsewhere. Put the list itself in the project.` };
  const resolved = resolvePath(folderOf(path), named);
  if (resolved === null) return { problem: `${quoted(named)} leads out of this project.` };
  const file = reading.files.get(resolved);
  if (!file) return { problem: `${quoted(named)} is not in this project.` };
  if (file.kind === "link" || file.kind === "module") return { problem: `${quoted(named)} is a link. Put the file itself in its place.` };
  return /^[A-Za-z0-9._+\-/]+$/.test(resolved) ? { path: resolved } : { problem: `${quoted(named)} has signs in its name that pip does not take.` };
}

function placeOf(path: string): string {
  return path === "" ? projectPlace : `${projectPlace}/${path}`;
}

/** Without comments, with continued lines joined, as pip reads them. */
function logicalLines(text: string): readonly Line[] {
  const lines: Line[] = [];
  let held = null as Line | null;
  for (const [index, line] of linesOf(text).entries()) {
    const isComment = /^\s*#/.test(line);
    const continues = !isComment && line.endsWith("\\");
    const part = isComment ? "" : continues ? line.slice(0, -1) : line;
    held = { text: `${held?.text ?? ""}${held ? " " : ""}${part}`, number: held?.number ?? index + 1 };
    if (continues) continue;
    lines.push(held);
    held = null;
  }
  if (held) lines.push(held);
  return lines
    .map(({ text: whole, number }) => ({
      text: whole
        .replace(/(^|\s)#.*$/, "")
        .replace(/\s+/g, " ")
        .trim(),
      number,
    }))
    .filter((line) => line.text !== "");
}
