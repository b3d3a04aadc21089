/**
 * Whether a version is among those that "~=2.2, !=2.3.1" asks for (PEP 440), for versions that are numbers alone: of
 * anything else (pre-releases, epochs) it says no, since pip knows better. What a distribution adds to the version that is
 * there ("3.10.1+dfsg1") does not count, as none of the clauses names such a thing.
 */
export function satisfies(version: string, clauses: string): boolean {
  const there = releaseOf(version.replace(/\+[A-Za-z0-9.]+$/, ""));
  if (!there) return clauses.trim() === "";
  return clauses
    .split(",")
    .map((clause) => clause.trim())
    .filter((clause) => clause !== "")
    .every((clause) => holds(there, clause));
}

function holds(there: readonly number[], clause: string): boolean {
  const [, operator = "", asked = ""] = /^(~=|==|!=|<=|>=|<|>)\s*([0-9.]+?(?:\.\*)?)$/.exec(clause) ?? [];
  const isPrefix = asked.endsWith(".*");
  const release = releaseOf(isPrefix ? asked.slice(0, -2) : asked);
  if (!release || (isPrefix && operator !== "==" && operator !== "!=")) return false;
  const order = compare(there, release);
  switch (operator) {
    case "==":
      return isPrefix ? beginsWith(there, release) : order === 0;
    case "!=":
      return isPrefix ? !beginsWith(there, release) : order !== 0;
    case ">=":
      return order >= 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    case "<":
      return order < 0;
    case "~=":
      return release.length > 1 && order >= 0 && beginsWith(there, release.slice(0, -1));
    default:
      return false;
  }
}

function releaseOf(version: string): readonly number[] | null {
  return /^\d+(?:\.\d+)*$/.test(version) ? version.split(".").map(Number) : null;
}

function compare(one: readonly number[], other: readonly number[]): number {
  for (let at = 0; at < Math.max(one.length, other.length); at += 1) {
    const difference = (one[at] ?? 0) - (other[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function beginsWith(version: readonly number[], prefix: readonly number[]): boolean {
  return prefix.every((part, at) => (version[at] ?? 0) === part);
}
