import { parse, TomlError } from "smol-toml";
import { errorAt, type FileProblem, warningAt } from "./project-files.ts";

export type PyProject = {
  /** Requirements as they stand; null where the file says nothing of packages (settings of tools alone). */
  readonly dependencies: readonly string[] | null;
  readonly problems: readonly FileProblem[];
};

/** What pyproject.toml says its project needs ([project] dependencies, PEP 621); the project itself is not installed. */
export function readPyProject(text: string): PyProject {
  let content: Record<string, unknown>;
  try {
    content = parse(text);
  } catch (error) {
    return { dependencies: null, problems: [errorAt(error instanceof TomlError ? error.line : null, "This cannot be read as TOML from here on.")] };
  }
  const project = tableOf(content.project);
  const problems: FileProblem[] = [];
  if (!project) {
    if (tableOf(tableOf(content.tool)?.poetry)?.dependencies)
      problems.push(
        errorAt(
          null,
          "Packages stand in Poetry's own notation here. Write them under [project] as dependencies, or into requirements.txt (poetry export -o requirements.txt).",
        ),
      );
    return { dependencies: null, problems };
  }
  if (listOf(project.dynamic)?.includes("dependencies"))
    problems.push(errorAt(null, "The packages that this project needs are computed when it is installed. List them in requirements.txt as well."));
  const dependencies = project.dependencies === undefined ? [] : listOf(project.dependencies);
  if (dependencies === null) problems.push(errorAt(null, "[project] dependencies is no list of requirements."));
  if (project["optional-dependencies"])
    problems.push(warningAt(null, "Optional packages are not installed. List those that notebooks need under dependencies."));
  return { dependencies: dependencies ?? [], problems };
}

function tableOf(content: unknown): Record<string, unknown> | null {
  return typeof content === "object" && content !== null && !Array.isArray(content) ? (content as Record<string, unknown>) : null;
}

function listOf(content: unknown): readonly string[] | null {
  return Array.isArray(content) && content.every((one) => typeof one === "string") ? content : null;
}
