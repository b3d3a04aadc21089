import { errorAt, type FileProblem, linesOf, quoted, warningAt } from "./project-files.ts";

export type OwnDockerfile = {
  /** What it copies in, as it stands there: paths or patterns from the project's root. */
  readonly copies: readonly { readonly from: string; readonly line: number }[];
  /** Images that it stands on or begins a stage with, none of them the site's own. */
  readonly bases: readonly string[];
  readonly problems: readonly FileProblem[];
};

type Instruction = { readonly name: string; readonly rest: string; readonly line: number };

/** A project's own Dockerfile, for what can be said before minutes of building; it is built as it stands. */
export function readDockerfile(text: string): OwnDockerfile {
  const instructions = instructionsOf(text);
  const { bases, problems } = basesOf(instructions);
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
    if (name === "COPY" || name === "ADD") {
      const copied = copiesOf(instruction);
      copies.push(...copied.filter(({ from }) => !isRemote(from)));
      if (copied.some(({ from }) => isRemote(from)))
        problems.push(errorAt(line, `${name} fetches nothing from elsewhere here. Put the file into the project, or fetch it in a RUN.`));
    }
    if (name === "ENTRYPOINT" || name === "CMD") problems.push(warningAt(line, `${name} is not used: what is started is a kernel, or JupyterLab.`));
  }
  return { copies, bases, problems };
}

function copiesOf({ rest, line }: Instruction): readonly { from: string; line: number }[] {
  const words = rest.trimStart().startsWith("[") ? jsonWords(rest) : rest.split(/\s+/).filter((word) => word !== "");
  if (words.some((word) => word.startsWith("--from="))) return [];
  const paths = words.filter((word) => !word.startsWith("--")).slice(0, -1);
  return paths.map((from) => ({ from, line }));
}

/** The container engine itself would fetch it, from where nothing of a project may look. */
function isRemote(from: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\/|^git@/i.test(from);
}

/**
 * What each stage stands on. Images that other projects' environments were made of are named nowhere in it, nor any by
 * its id: what is in them is not for whoever can write a Dockerfile.
 */
function basesOf(instructions: readonly Instruction[]): { readonly bases: readonly string[]; readonly problems: FileProblem[] } {
  const problems: FileProblem[] = [];
  const bases = new Set<string>();
  const stages: string[] = [];
  const given = new Map<string, string>();
  for (const { name, rest, line } of instructions) {
    const [, argument = "", value = ""] = (name === "ARG" && stages.length === 0 && /^([A-Za-z_]\w*)(?:=["']?([^"'\s]*))?/.exec(rest)) || [];
    if (argument !== "") given.set(argument, value);
    if (name === "FROM") {
      const [image = "", as = "", stage = ""] = rest.split(/\s+/).filter((word) => !word.startsWith("--"));
      const meant = withArguments(image, given);
      const isStage = stages.includes(meant.toLowerCase());
      if (!isStage && !ownBase.test(image)) {
        const wrong = whyNotFrom(meant);
        if (wrong) problems.push(errorAt(line, wrong));
        else if (meant !== "scratch") bases.add(meant);
      }
      stages.push(as.toUpperCase() === "AS" ? stage.toLowerCase() : "");
    }
    const from = (name === "COPY" || name === "ADD") && /--from=(\S+)/.exec(rest)?.[1];
    if (from && !(stages.slice(0, -1).includes(from.toLowerCase()) || (/^\d+$/.test(from) && Number(from) < stages.length - 1)))
      problems.push(
        errorAt(
          line,
          `--from=${from} is no earlier stage of this file. Begin one with FROM … AS ${/^[a-z][\w-]*$/i.test(from) ? from : "name"}, and copy from that.`,
        ),
      );
  }
  return { bases: [...bases], problems };
}

const ownBase = /^\$(?:SHEAF_BASE|\{SHEAF_BASE\})$/;

/** As far as arguments before the first stage have values there. */
function withArguments(image: string, given: ReadonlyMap<string, string>): string {
  return image.replace(
    /\$(?:\{(\w+)(?::?-([^}]*))?\}|(\w+))/g,
    (whole, braced?: string, otherwise?: string, bare?: string) => given.get(braced ?? bare ?? "") || otherwise || whole,
  );
}

function whyNotFrom(image: string): string | null {
  if (image === "" || image.includes("$")) return `${quoted(image)} depends on a variable without a value here. Name the image.`;
  // Docker would still take escapes and quotation marks out of it.
  if (!/^[A-Za-z0-9][\w./:@-]*$/.test(image)) return `${quoted(image)} is no name of an image.`;
  if (/^(?:sha256:)?[0-9a-f]{6,64}$/i.test(image)) return `${quoted(image)} is an id. Name the image, with its tag or digest.`;
  if (/(?:^|\/)environment(?:[:@]|$)/i.test(image)) return `${quoted(image)} is another project's environment. Write what you need of it into this file.`;
  return null;
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
  // Directives stand before anything else: later they are comments.
  const other = lines.findIndex((line) => !/^#\s*[a-z]+\s*=/i.test(line));
  const directives = lines.slice(0, other === -1 ? lines.length : other);
  const continuation = directives.some((line) => /^#\s*escape\s*=\s*`\s*$/i.test(line)) ? "`" : "\\";
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
