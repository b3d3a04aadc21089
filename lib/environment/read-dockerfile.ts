import { errorAt, type FileProblem, linesOf, quoted, warningAt } from "./project-files.ts";

export type OwnDockerfile = {
  /** What it copies in, as it stands there: paths or patterns from the project's root. */
  readonly copies: readonly { readonly from: string; readonly line: number }[];
  readonly problems: readonly FileProblem[];
};

type Instruction = { readonly name: string; readonly rest: string; readonly line: number };

/** A project's own Dockerfile, for what can be said before minutes of building; it is built as it stands. */
export function readDockerfile(text: string): OwnDockerfile {
  const instructions = instructionsOf(text);
  const problems: FileProblem[] = [];
  const copies: { from: string; line: number }[] = [];
  const { length: stages } = instructions.filter(({ name }) => name === "FROM");
  if (stages === 0) problems.push(errorAt(null, "A Dockerfile begins with FROM: it names the image that it stands on."));
  for (const instruction of instructions) {
    const { name, rest, line } = instruction;
    if (name === "VOLUME") problems.push(errorAt(line, "VOLUME makes a folder that no limit holds for. Leave it out: notebooks have a folder of their own."));
    if (/^--mount\b/.test(rest) && name === "RUN")
      problems.push(errorAt(line, "RUN --mount is not understood by the builder here. Copy what is needed with COPY."));
    if (/(?:^|\s)<<-?\s*["']?[A-Za-z_]/.test(rest) && ["RUN", "COPY", "ADD"].includes(name))
      problems.push(errorAt(line, "Texts that go on over lines (<<EOF) are not understood by the builder here. Put the text in a file, and copy that."));
    if (name === "COPY" || name === "ADD") copies.push(...copiesOf(instruction));
    if (name === "ENTRYPOINT" || name === "CMD") problems.push(warningAt(line, `${name} is not used: what is started is a kernel, or JupyterLab.`));
  }
  return { copies, problems };
}

function copiesOf({ rest, line }: Instruction): readonly { from: string; line: number }[] {
  const words = rest.trimStart().startsWith("[") ? jsonWords(rest) : rest.split(/\s+/).filter((word) => word !== "");
  const flags = words.filter((word) => word.startsWith("--"));
  if (flags.some((flag) => flag.startsWith("--from="))) return [];
  const paths = words.filter((word) => !word.startsWith("--")).slice(0, -1);
  return paths.filter((path) => !/^https?:\/\//.test(path)).map((from) => ({ from, line }));
}

function jsonWords(text: string): readonly string[] {
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed.map(String) : [];
  } catch {
    return [];
  }
}

/** Joined over continued lines, without comments and empty lines, as in the Dockerfile reference. */
function instructionsOf(text: string): readonly Instruction[] {
  const lines = linesOf(text);
  const continuation = /^#\s*escape\s*=\s*`\s*$/m.test(lines.slice(0, 3).join("\n")) ? "`" : "\\";
  const found: Instruction[] = [];
  let held = null as { text: string; line: number } | null;
  for (const [index, line] of lines.entries()) {
    if (/^\s*(?:#|$)/.test(line)) continue;
    const continues = line.trimEnd().endsWith(continuation);
    const part = continues ? line.trimEnd().slice(0, -1) : line;
    held = { text: `${held?.text ?? ""} ${part}`.trim(), line: held?.line ?? index + 1 };
    if (continues) continue;
    found.push(instructionOf(held));
    held = null;
  }
  if (held) found.push(instructionOf(held));
  return found;
}

function instructionOf({ text, line }: { text: string; line: number }): Instruction {
  const [, name = "", rest = ""] = /^([A-Za-z]+)\s*(.*)$/s.exec(text) ?? [];
  return name.toUpperCase() === "ONBUILD" ? instructionOf({ text: rest, line }) : { name: name.toUpperCase(), rest, line };
}

export type CopyTarget = { readonly path: string; readonly kind: string };

/**
 * Which files of a project a pattern of COPY means ("." all of them, "data" what is below it, "*.py" by Go's rules of
 * `filepath.Match`). Notebooks never: they come with each run, and a change in one makes no new environment.
 */
export function copiedBy(pattern: string, files: readonly CopyTarget[]): { readonly paths: readonly string[] } | { readonly problem: string } {
  const names = pattern.replace(/^(?:\.?\/)+/, "").replace(/\/+$/, "");
  if (pattern.includes("$")) return { problem: `${quoted(pattern)} depends on a variable. Name the files, so that a change in them can be noticed.` };
  if (names.split("/").includes("..")) return { problem: `${quoted(pattern)} leads out of this project.` };
  const matching = names === "" || names === "." ? null : new RegExp(`^${names.split("/").map(segmentPattern).join("/")}(?:/|$)`);
  const meant = files.filter(({ path }) => (matching === null || matching.test(path)) && !path.toLowerCase().endsWith(".ipynb"));
  if (meant.length === 0) return { problem: `${quoted(pattern)} is not in this project, or is a notebook: those come with each run and are not copied.` };
  const link = meant.find(({ kind }) => kind === "link" || kind === "module");
  return link ? { problem: `${quoted(link.path)} is a link. Put the file itself in its place.` } : { paths: meant.map(({ path }) => path) };
}

function segmentPattern(segment: string): string {
  return segment
    .replace(/[.+^${}()|\\]/g, "\\$&")
    .replaceAll("*", "[^/]*")
    .replaceAll("?", "[^/]");
}
