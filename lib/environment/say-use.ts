import type { EnvironmentKind } from "#lib/domain/environment.ts";
import type { EnvironmentFileName } from "./find-environment-files.ts";

/** What a file asks for, in a sentence that stays true where it is not made. */
export const saysOf = {
  debian: (count: number): string => `Asks for ${count === 1 ? "1 package" : `${count} packages`} of Debian.`,
  python: (count: number): string => `Asks for ${count === 1 ? "1 package" : `${count} packages`} of Python.`,
  conda: (count: number, pip: number): string =>
    `Asks for ${count === 1 ? "1 package" : `${count} packages`} of conda${pip === 0 ? "" : `, and ${pip} of pip`}.`,
  r: (count: number): string => (count === 0 ? "Is run once by R." : `Is run once by R; ${count} packages are looked for afterwards.`),
  ignored: (kind: EnvironmentKind): string => (kind === "none" ? "Asks for nothing." : `Is not used: ${comesFirst[kind]} comes before it.`),
} as const;

const comesFirst = {
  dockerfile: "the Dockerfile",
  julia: "Project.toml",
  nix: "default.nix",
  r: "what R needs",
  conda: "environment.yml",
  pipfile: "the Pipfile",
  python: "what Python needs",
  system: "apt.txt",
} as const satisfies Record<Exclude<EnvironmentKind, "none">, string>;

/** What Sheaf's own builder does not build, said before anything is tried, with what would help. */
export const refusals = {
  julia: {
    names: ["JuliaProject.toml", "Project.toml", "REQUIRE"],
    message: "Environments for Julia are not built here: its kernels are not started either. Worksheets are written in Python or R.",
  },
  nix: { names: ["default.nix"], message: "Environments of Nix are not built here. List the packages in apt.txt, requirements.txt or environment.yml." },
  pipfile: {
    names: ["Pipfile", "Pipfile.lock"],
    message: "A Pipfile is not built here. Write its packages into requirements.txt: pipenv requirements > requirements.txt",
  },
  setup: {
    names: ["setup.py"],
    message: "What setup.py needs is known only once it has run, with the whole project around it. List the packages in requirements.txt or pyproject.toml.",
  },
  description: { names: ["DESCRIPTION"], message: "A project that is an R package itself is not built here. Install what it needs in install.R." },
} as const satisfies Record<string, { readonly names: readonly EnvironmentFileName[]; readonly message: string }>;
