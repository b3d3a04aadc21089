import type { EnvironmentFolder, EnvironmentKind } from "#lib/domain/environment.ts";
import { errorAt, type FileProblem, type ProjectFile } from "./project-files.ts";

/** Names that say something of an environment, in the order in which repo2docker asks for them. */
export const environmentFileNames = [
  "Dockerfile",
  "JuliaProject.toml",
  "Project.toml",
  "REQUIRE",
  "default.nix",
  "runtime.txt",
  "install.R",
  "DESCRIPTION",
  "environment.yml",
  "Pipfile",
  "Pipfile.lock",
  "pyproject.toml",
  "setup.py",
  "requirements.txt",
  "apt.txt",
  "postBuild",
  "start",
] as const;
export type EnvironmentFileName = (typeof environmentFileNames)[number];

export type FoundFiles = {
  readonly folder: EnvironmentFolder;
  /** Name → path, of plain files alone. */
  readonly paths: ReadonlyMap<EnvironmentFileName, string>;
  readonly problems: readonly (FileProblem & { readonly path: string })[];
};

/** These describe the project as a package, which stands at its root: in binder/ they mean nothing. */
const onlyAtRoot: readonly EnvironmentFileName[] = ["DESCRIPTION", "pyproject.toml", "setup.py"];

/** Where the files stand that count: a folder binder/ or .binder/ hides all others. */
export function findEnvironmentFiles(files: readonly ProjectFile[]): FoundFiles {
  const has = (folder: string): boolean => files.some(({ path }) => path.startsWith(folder));
  const folder: EnvironmentFolder = has("binder/") ? "binder/" : has(".binder/") ? ".binder/" : "";
  const problems: (FileProblem & { path: string })[] = [];
  if (folder === "binder/" && has(".binder/"))
    problems.push({ path: ".binder/", ...errorAt(null, "There are two folders for the environment, binder and .binder. Keep one of them.") });
  const linked = files.find(({ path, kind }) => (path === "binder" || path === ".binder") && kind !== "file" && kind !== "executable");
  if (linked) problems.push({ path: linked.path, ...errorAt(null, "This is a link. Put the folder itself in its place.") });
  const byPath = new Map(files.map((file) => [file.path, file]));
  const paths = new Map<EnvironmentFileName, string>();
  for (const name of environmentFileNames) {
    const file = byPath.get(`${folder}${name}`);
    if (!file || (folder !== "" && onlyAtRoot.includes(name))) continue;
    if (file.kind === "link" || file.kind === "module")
      problems.push({ path: file.path, ...errorAt(null, "This is a link. Put the file itself in its place.") });
    else paths.set(name, file.path);
  }
  return { folder, paths, problems };
}

/** Which kind comes first where files of several are there; `runtime` is the language that runtime.txt names. */
export function kindOf(has: (name: EnvironmentFileName) => boolean, runtime: "python" | "r" | null): EnvironmentKind {
  if (has("Dockerfile")) return "dockerfile";
  if (has("JuliaProject.toml") || has("Project.toml") || has("REQUIRE")) return "julia";
  if (has("default.nix")) return "nix";
  // install.R alone is enough here, where R is always there.
  if (runtime === "r" || has("DESCRIPTION") || (has("install.R") && !has("environment.yml"))) return "r";
  if (has("environment.yml")) return "conda";
  if (has("Pipfile") || has("Pipfile.lock")) return "pipfile";
  if (runtime === "python" || has("pyproject.toml") || has("setup.py") || has("requirements.txt")) return "python";
  return has("apt.txt") || has("postBuild") || has("start") ? "system" : "none";
}
