import type { BuildPlan } from "#lib/domain/environment.ts";
import { satisfies } from "./python-versions.ts";

/** What a site's own environment has. */
export type Inventory = {
  /** Debian package → version. */
  readonly debian: Readonly<Record<string, string>>;
  /** Python package, normalised as in PEP 503 → version. */
  readonly python: Readonly<Record<string, string>>;
  /** Names of R packages. */
  readonly r: readonly string[];
};

export const noInventory: Inventory = { debian: {}, python: {}, r: [] };

/** The plan without what is there already; null where nothing is left to be made. */
export function trimPlan(plan: BuildPlan, { debian, python, r }: Inventory): BuildPlan | null {
  if (plan.builder !== "light" || plan.dockerfile !== null) return plan;
  const aptPackages = plan.aptPackages.filter((name) => !(name in debian));
  const asked = plan.python?.requirements ?? [];
  const isThere = (line: string): boolean => !line.startsWith("-") && isSatisfied(line, python);
  // Options say where the others come from: alone they ask for nothing. Constraints may exclude what is there.
  const missing = plan.python?.constraints.length ? asked : asked.filter((line) => !isThere(line));
  // Those of a certain day are others than those that are there.
  const hasR = plan.r?.onlyInstalls === true && plan.r.snapshotDate === null && plan.r.packages.every((name) => r.includes(name));
  const trimmed = { ...plan, aptPackages, r: hasR ? null : plan.r, python: plan.python && missing.some((line) => !line.startsWith("-")) ? plan.python : null };
  const isEmpty = aptPackages.length === 0 && !trimmed.python && !plan.conda && !trimmed.r && plan.postBuild === null && plan.start === null;
  return isEmpty ? null : trimmed;
}

/** "numpy", "scikit_learn>=1.4,<2"; what has extras, a marker, a hash or an address is left to pip. */
function isSatisfied(line: string, there: Inventory["python"]): boolean {
  const [, name = "", clauses = ""] = /^([A-Za-z0-9._-]+)\s*((?:(?:~=|==|!=|<=|>=|<|>)\s*[0-9][0-9.*]*\s*,?\s*)*)$/.exec(line) ?? [];
  const version = there[normaliseName(name)];
  return version !== undefined && name !== "" && satisfies(version, clauses);
}

/** As PEP 503 compares names. */
export function normaliseName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, "-");
}
