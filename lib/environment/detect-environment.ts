import {
  type BaseVersions,
  type BuildPlan,
  type Environment,
  type EnvironmentFile,
  type EnvironmentKind,
  type EnvironmentProblem,
  emptyPlan,
} from "#lib/domain/environment.ts";
import { type EnvironmentFileName, type FoundFiles, findEnvironmentFiles, kindOf } from "./find-environment-files.ts";
import { decodeText, type FileProblem, maxTextBytes, type ProjectFile, type ReadFile } from "./project-files.ts";
import { readApt } from "./read-apt.ts";
import { readConda } from "./read-conda.ts";
import { copiedBy, readDockerfile } from "./read-dockerfile.ts";
import { readInstallR } from "./read-install-r.ts";
import { readPyProject } from "./read-pyproject.ts";
import { type Requirements, readRequirementLines, readRequirements } from "./read-requirements.ts";
import { readRuntime } from "./read-runtime.ts";
import { refusals, saysOf } from "./say-use.ts";

export type DetectOptions = { readonly base: BaseVersions /** Whether repo2docker builds here, which knows every kind. */; readonly hasRepo2docker: boolean };

const maxSources = 2000;

/** Which environment a project's files ask for, in repo2docker's order, and what is done with each of them. */
export async function detectEnvironment(files: readonly ProjectFile[], read: ReadFile, options: DetectOptions): Promise<Environment> {
  const found = findEnvironmentFiles(files);
  const look: Look = { files, read, found, options, problems: [...found.problems], used: new Map(), sources: new Set() };
  const runtime = found.paths.has("runtime.txt") ? readRuntime((await textOf(look, "runtime.txt")) ?? "", options.base) : null;
  const kind = kindOf((name) => found.paths.has(name), runtime?.language ?? null);
  if (options.hasRepo2docker) return leftToRepo2docker(look, kind);
  if (kind !== "dockerfile" && kind !== "conda") note(look, "runtime.txt", runtime?.problems ?? []);
  const plan = await planFor(look, kind, runtime?.snapshotDate ?? null);
  if (plan && asksForNothing(plan)) return conclude(look, kind === "r" || look.problems.length > 0 ? kind : "none", null);
  return conclude(look, kind, plan);
}

type Look = {
  readonly files: readonly ProjectFile[];
  readonly read: ReadFile;
  readonly found: FoundFiles;
  readonly options: DetectOptions;
  readonly problems: EnvironmentProblem[];
  /** What was read for the environment; all others are ignored. */
  readonly used: Map<EnvironmentFileName, string>;
  readonly sources: Set<string>;
};

async function planFor(look: Look, kind: EnvironmentKind, snapshotDate: string | null): Promise<BuildPlan | null> {
  switch (kind) {
    case "none":
      return null;
    case "dockerfile":
      return planDockerfile(look);
    case "julia":
    case "nix":
    case "pipfile":
      refuse(look, kind);
      return null;
    case "conda":
    case "r":
    case "python":
    case "system": {
      const plan = { ...emptyPlan, ...(await planSystem(look)), ...(await planScripts(look)) };
      const conda = kind === "conda" ? await planConda(look) : null;
      const python = kind === "r" || kind === "python" ? await planPython(look) : null;
      const r = await planR(look, kind, snapshotDate);
      return { ...plan, conda, python, r };
    }
  }
}

async function planSystem(look: Look): Promise<Pick<BuildPlan, "aptPackages">> {
  const text = await textOf(look, "apt.txt");
  if (text === null) return { aptPackages: [] };
  const { packages, problems } = readApt(text);
  take(look, "apt.txt", saysOf.debian(packages.length));
  note(look, "apt.txt", problems);
  return { aptPackages: packages };
}

/** Both may read what lies beside them. */
async function planScripts(look: Look): Promise<Pick<BuildPlan, "postBuild" | "start">> {
  const { found } = look;
  const given = { postBuild: null as string | null, start: null as string | null };
  for (const name of ["postBuild", "start"] as const) {
    const path = found.paths.get(name);
    if (path === undefined || (await textOf(look, name)) === null) continue;
    take(look, name, name === "postBuild" ? "Is run once, when all else is installed." : "Is run before each kernel.");
    given[name] = path;
  }
  if (given.postBuild !== null) takeFolder(look);
  return given;
}

async function planConda(look: Look): Promise<BuildPlan["conda"]> {
  const path = look.found.paths.get("environment.yml") ?? "";
  const text = await textOf(look, "environment.yml");
  if (text === null) return null;
  const { plan, pip, problems } = readConda(text);
  note(look, "environment.yml", problems);
  const requirements = readRequirementLines(path, pip, look.files);
  takeRequirements(look, requirements);
  take(look, "environment.yml", saysOf.conda(plan.dependencies.length, requirements.lines.length));
  return { ...plan, pip: requirements.lines };
}

async function planPython(look: Look): Promise<BuildPlan["python"]> {
  const { found, files, read } = look;
  const requirements: string[] = [];
  const constraints: string[] = [];
  const list = found.paths.get("requirements.txt");
  if (list !== undefined) {
    const asked = await readRequirements(list, files, read);
    takeRequirements(look, asked);
    take(look, "requirements.txt", saysOf.python(asked.lines.filter((line) => !line.startsWith("-")).length));
    requirements.push(...asked.lines);
    constraints.push(...asked.constraints);
  }
  const project = found.paths.get("pyproject.toml");
  const text = project === undefined ? null : await textOf(look, "pyproject.toml");
  const read2 = text === null ? null : readPyProject(text);
  // Its packages may be listed in requirements.txt instead, as our own words advise.
  note(look, "pyproject.toml", list === undefined ? (read2?.problems ?? []) : (read2?.problems ?? []).map((one) => ({ ...one, severity: "warning" as const })));
  if (read2?.dependencies && project !== undefined) {
    const asked = readRequirementLines(project, read2.dependencies, files);
    takeRequirements(look, asked);
    take(look, "pyproject.toml", saysOf.python(asked.lines.length));
    requirements.push(...asked.lines);
  }
  if (found.paths.has("setup.py") && list === undefined && !read2?.dependencies) refuse(look, "setup");
  return requirements.length === 0 ? null : { requirements, constraints };
}

async function planR(look: Look, kind: EnvironmentKind, snapshotDate: string | null): Promise<BuildPlan["r"]> {
  const text = await textOf(look, "install.R");
  if (text === null && kind !== "r") return null;
  if (kind === "r" && look.found.paths.has("runtime.txt"))
    take(look, "runtime.txt", snapshotDate === null ? "Names R, which is there." : `R packages are those of ${snapshotDate}.`);
  if (look.found.paths.has("DESCRIPTION") && text === null) refuse(look, "description");
  if (text === null) return null;
  const { packages, onlyInstalls, problems } = readInstallR(text);
  take(look, "install.R", saysOf.r(packages.length));
  note(look, "install.R", problems);
  return { script: look.found.paths.get("install.R") ?? null, packages, onlyInstalls, snapshotDate };
}

async function planDockerfile(look: Look): Promise<BuildPlan | null> {
  const path = look.found.paths.get("Dockerfile") ?? "";
  const text = await textOf(look, "Dockerfile");
  if (text === null) return null;
  const { copies, problems } = readDockerfile(text);
  note(look, "Dockerfile", problems);
  take(look, "Dockerfile", "Says all of it itself.");
  for (const { from, line } of copies) {
    const copied = copiedBy(from, look.files);
    if ("problem" in copied) look.problems.push({ path, severity: "error", line, message: copied.problem });
    else for (const one of copied.paths) look.sources.add(one);
  }
  return { ...emptyPlan, dockerfile: path };
}

function leftToRepo2docker(look: Look, kind: EnvironmentKind): Environment {
  for (const name of look.found.paths.keys()) take(look, name, "Is read by repo2docker.");
  takeFolder(look);
  // Those install the project itself.
  const installsAll = (["setup.py", "pyproject.toml", "DESCRIPTION", "Dockerfile", "Pipfile", "requirements.txt", "postBuild"] as const).some((name) =>
    look.found.paths.has(name),
  );
  if (installsAll) for (const { path, kind: sort } of look.files) if ((sort === "file" || sort === "executable") && !isNotebook(path)) look.sources.add(path);
  return conclude(look, kind, kind === "none" ? null : { ...emptyPlan, builder: "repo2docker" });
}

function conclude(look: Look, kind: EnvironmentKind, plan: BuildPlan | null): Environment {
  const { found, used, problems, sources } = look;
  const refused = new Set(problems.filter(({ severity }) => severity === "error").map(({ path }) => path));
  const files = [...found.paths].map(([name, path]): EnvironmentFile => {
    if (refused.has(path)) return { path, use: "refused", says: used.get(name) ?? "Cannot be built here." };
    return used.has(name) ? { path, use: "built", says: used.get(name) ?? "" } : { path, use: "ignored", says: saysOf.ignored(kind) };
  });
  if (sources.size > maxSources)
    problems.push({
      severity: "error",
      path: found.folder,
      line: null,
      message: `More than ${maxSources} files would be copied. Copy the ones that are needed by name.`,
    });
  const isBroken = problems.some(({ severity }) => severity === "error");
  const whole = plan && { ...plan, sources: [...sources].sort() };
  return { kind, folder: found.folder, files, problems, plan: isBroken ? null : whole };
}

function asksForNothing({ aptPackages, python, conda, r, dockerfile, postBuild, start }: BuildPlan): boolean {
  return aptPackages.length === 0 && !python && !conda && !r && dockerfile === null && postBuild === null && start === null;
}

function refuse(look: Look, what: keyof typeof refusals): void {
  const { names, message } = refusals[what];
  const [path] = names.map((name) => look.found.paths.get(name)).filter((one) => one !== undefined);
  look.problems.push({ severity: "error", path: path ?? "", line: null, message });
}

function take(look: Look, name: EnvironmentFileName, says: string): void {
  look.used.set(name, says);
  const path = look.found.paths.get(name);
  if (path !== undefined) look.sources.add(path);
}

function takeFolder({ found, files, sources }: Look): void {
  if (found.folder === "") return;
  for (const { path, kind } of files) if (path.startsWith(found.folder) && (kind === "file" || kind === "executable") && !isNotebook(path)) sources.add(path);
}

function takeRequirements(look: Look, { problems, sources }: Requirements): void {
  look.problems.push(...problems);
  for (const path of sources) look.sources.add(path);
}

function note(look: Look, name: EnvironmentFileName, problems: readonly FileProblem[]): void {
  look.problems.push(...problems.map((problem) => ({ path: look.found.paths.get(name) ?? name, ...problem })));
}

/** Null where the file is not there, or is no text; that is noted then. */
async function textOf(look: Look, name: EnvironmentFileName): Promise<string | null> {
  const path = look.found.paths.get(name);
  if (path === undefined) return null;
  const decoded = decodeText(await look.read(path, maxTextBytes));
  if ("text" in decoded) return decoded.text;
  look.problems.push({ path, severity: "error", line: null, message: decoded.problem });
  return null;
}

function isNotebook(path: string): boolean {
  return path.toLowerCase().endsWith(".ipynb");
}
