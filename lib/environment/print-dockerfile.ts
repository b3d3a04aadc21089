import { type BuildPhase, type BuildPlan, projectPlace } from "#lib/domain/environment.ts";

/** One instruction of a Dockerfile, which the classic builder tells as one step. */
export type Instruction = { readonly phase: BuildPhase; readonly text: string };

/**
 * What a builder needs besides the project's files (below `project/` in the context) and our own scripts (below
 * `scripts/`): instructions, and texts that are made of the plan, by their path in the context.
 */
export type PrintedBuild = { readonly instructions: readonly Instruction[]; readonly texts: Readonly<Record<string, string>> };

/** Nobody's account, for all that a project's own files run while its environment is made. */
export const builderUid = 61_184;
/** Part of an environment's name: what is made of the same plan changes with it. */
export const printerVersion = "2";

const scripts = "/opt/sheaf/build";
const lists = "/opt/sheaf/lists";

/** The light builder: everything of the plan upon the site's own image. */
export function printLight(plan: BuildPlan): PrintedBuild {
  const { conda, python, r, postBuild, start } = plan;
  const packages = systemPackages(plan);
  const texts = listTexts(plan);
  const has = (part: unknown, ...instructions: readonly Instruction[]): readonly Instruction[] => (part ? instructions : []);
  const instructions: readonly Instruction[] = [
    base("ARG BASE"),
    ...has(conda, base("ARG MICROMAMBA"), base("FROM $" + "{MICROMAMBA} AS micromamba")),
    ...beginning,
    ...has(packages.length > 0, system("ARG MIRROR="), system(run("sh", `${scripts}/system.sh`, ...packages))),
    ...has(conda, { phase: "conda", text: "COPY --from=micromamba /bin/micromamba /usr/local/bin/micromamba" }),
    base(run("sh", `${scripts}/prepare.sh`)),
    ...has(plan.sources.length > 0, base(`COPY --chown=${builderUid}:${builderUid} project/ ${projectPlace}/`)),
    ...has(Object.keys(texts).length > 0, base(`COPY lists/ ${lists}/`)),
    base(`USER ${builderUid}:${builderUid}`),
    base("ENV HOME=/tmp"),
    ...has(conda, { phase: "conda", text: "ARG CONDA_CHANNEL_ALIAS=" }, { phase: "conda", text: run("sh", `${scripts}/conda.sh`) }),
    ...has(python ?? (conda?.pip.length ? conda : null), pip("ARG PIP_INDEX_URL="), pip("ARG PIP_NO_INDEX="), pip(run("sh", `${scripts}/python.sh`))),
    ...has(r, ...runR(plan)),
    ...has(postBuild, { phase: "post_build", text: run("sh", `${scripts}/post-build.sh`, `${projectPlace}/${postBuild ?? ""}`) }),
    ...ending(start === null ? null : `${projectPlace}/${start}`),
  ];
  return { instructions: inOrder(instructions), texts };
}

/** What is laid out between two phases belongs to the one that needs it: a reader sees them go forward only. */
function inOrder(instructions: readonly Instruction[]): readonly Instruction[] {
  const begun = instructions.findIndex(({ phase }) => phase !== "base");
  return instructions.map(({ phase, text }, index) => {
    const next = phase === "base" && index > begun ? instructions.slice(index).find((one) => one.phase !== "base") : undefined;
    return { phase: next?.phase ?? phase, text };
  });
}

/** Makes an image that somebody else's Dockerfile (or repo2docker) built into one that kernels can be started in. */
export function printAdoption(): PrintedBuild {
  const [from, ...rest] = beginning;
  const stages = from ? [base("ARG OWN"), base("ARG BASE"), base(`FROM ${"$"}{OWN} AS own`), from, ...rest] : [];
  // Linked with nothing: it runs wherever a program runs.
  const tini = base("COPY --from=own /usr/bin/tini-static /usr/bin/tini");
  return { instructions: [...stages, tini, base(run("sh", `${scripts}/prepare.sh`)), ...ending(null)], texts: {} };
}

export function dockerfileText({ instructions }: PrintedBuild): string {
  return `${instructions.map(({ text }) => text).join("\n")}\n`;
}

const base = (text: string): Instruction => ({ phase: "base", text });
const system = (text: string): Instruction => ({ phase: "system", text });
const pip = (text: string): Instruction => ({ phase: "python", text });
const checking = (text: string): Instruction => ({ phase: "checking", text });

/** The label is the same for every build, so that what two have in common is made once. */
const beginning: readonly Instruction[] = [
  base("FROM $" + "{BASE}"),
  base('LABEL "sheaf.kind"="build"'),
  base("USER 0:0"),
  base("ENTRYPOINT []"),
  base("HEALTHCHECK NONE"),
  base(`COPY scripts/ ${scripts}/`),
];

function ending(start: string | null): readonly Instruction[] {
  return [
    checking("USER 0:0"),
    checking(run("sh", `${scripts}/finish.sh`, ...(start === null ? [] : [start]))),
    checking(`USER ${builderUid}:${builderUid}`),
    checking(run("sh", `${scripts}/check.sh`)),
  ];
}

function runR({ r, postBuild }: BuildPlan): readonly Instruction[] {
  const script = r?.script ?? postBuild;
  if (!r || script === null) return [];
  const step = (text: string): Instruction => ({ phase: "r", text });
  return [step("ARG CRAN="), step("ARG CRAN_DAYS="), step(run("sh", `${scripts}/r.sh`, `${projectPlace}/${script}`, r.snapshotDate ?? "", ...r.packages))];
}

/** Besides those that are asked for: what making an environment itself needs. */
function systemPackages({ aptPackages, python, conda }: BuildPlan): readonly string[] {
  const lines = [...(python?.requirements ?? []), ...(conda?.pip ?? [])];
  const own = lines.some((line) => /(?:^|\s)git\+/.test(line)) ? ["git", "ca-certificates"] : [];
  return [...new Set([...aptPackages, ...own])].sort();
}

function listTexts({ python, conda }: BuildPlan): Record<string, string> {
  const texts: Record<string, string> = {};
  const requirements = python?.requirements ?? conda?.pip ?? [];
  if (requirements.length > 0) texts["lists/requirements.txt"] = textOf(requirements);
  if (python && python.constraints.length > 0) texts["lists/constraints.txt"] = textOf(python.constraints);
  if (!conda) return texts;
  const names = conda.dependencies.map((one) => /^(?:.*::)?([A-Za-z0-9_.-]+)/.exec(one)?.[1] ?? "");
  const wanted = ["ipykernel", ...(requirements.length > 0 ? ["pip"] : []), ...(names.some((name) => /^r(?:-|$)/.test(name)) ? ["r-irkernel"] : [])];
  const dependencies = [...conda.dependencies, ...wanted.filter((name) => !names.includes(name))];
  // JSON is YAML, and leaves nothing to be read in two ways.
  texts["lists/environment.yml"] = `${JSON.stringify({ channels: conda.channels.length > 0 ? conda.channels : ["conda-forge"], dependencies })}\n`;
  const variables = Object.entries(conda.variables);
  if (variables.length > 0) texts["lists/variables.sh"] = textOf(variables.map(([name, value]) => `export ${name}=${shellQuoted(value)}`));
  return texts;
}

/** The notation without a shell: words stay words, whatever is in them. */
function run(...words: readonly string[]): string {
  return `RUN ${JSON.stringify(words)}`;
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function textOf(lines: readonly string[]): string {
  return `${lines.join("\n")}\n`;
}
