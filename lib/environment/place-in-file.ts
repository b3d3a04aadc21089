import type { EnvironmentProblem } from "#lib/domain/environment.ts";

/** A problem with its place before it, as people count: "apt.txt, line 3: …". */
export function placeInFile({ path, line, message }: Pick<EnvironmentProblem, "path" | "line" | "message">): string {
  const place = [path === "" ? null : path, line === null ? null : `line ${line}`].filter((part) => part !== null).join(", ");
  return place === "" ? message : `${place}: ${message}`;
}

/** The same beneath the name of its file: "Line 3: …". */
export function placeInNamedFile({ line, message }: Pick<EnvironmentProblem, "line" | "message">): string {
  return line === null ? message : `Line ${line}: ${message}`;
}
