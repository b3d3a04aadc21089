import { type BuildPlan, type EnvironmentProblem, projectPlace } from "#lib/domain/environment.ts";

const where = "Where notebooks run in containers, all of it can be made.";

/**
 * What can be made without a container engine: Python packages that the project brings along as wheels. All else is said,
 * line by line; what the site's own environment has was left out before.
 */
export function fitToWheels(
  plan: BuildPlan,
  problems: readonly EnvironmentProblem[],
): { readonly plan: BuildPlan | null; readonly problems: readonly EnvironmentProblem[] } {
  const found: EnvironmentProblem[] = [];
  const refuse = (path: string, message: string): void => void found.push({ severity: "error", path, line: null, message: `${message} ${where}` });
  const source = (name: string): string => plan.sources.find((path) => path === name || path.endsWith(`/${name}`)) ?? name;
  if (plan.aptPackages.length > 0)
    refuse(source("apt.txt"), `This site's environment has no ${listed(plan.aptPackages)}, and packages of Debian are not installed here.`);
  if (plan.dockerfile !== null) refuse(plan.dockerfile, "A Dockerfile is not built here.");
  if (plan.conda) refuse(source("environment.yml"), "Packages of conda are not installed here.");
  if (plan.r) refuse(plan.r.script ?? source("install.R"), "Packages of R are not installed here.");
  if (plan.postBuild !== null) refuse(plan.postBuild, "postBuild is not run here.");
  if (plan.start !== null) refuse(plan.start, "start is not run here.");
  const wheels = plan.python?.requirements.filter(isWheel) ?? [];
  const others = plan.python?.requirements.filter((line) => !isWheel(line) && !line.startsWith("-")) ?? [];
  if (plan.python && wheels.length === 0 && others.length > 0)
    refuse(
      source("requirements.txt"),
      `This site's environment has no ${listed(others)}, and nothing is fetched from archives of packages here. Put a wheel of it in the project, and name that.`,
    );
  const all = [...problems, ...found];
  return { plan: all.some(({ severity }) => severity === "error") ? null : plan, problems: all };
}

function isWheel(line: string): boolean {
  return line.startsWith(`${projectPlace}/`) && /\.whl(?:\s|;|$)/.test(line);
}

function listed(names: readonly string[]): string {
  const [first = "", ...rest] = names;
  return rest.length === 0 ? `“${first}”` : `“${first}” and ${rest.length} more`;
}
