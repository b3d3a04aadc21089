/** What a project's files ask its kernels to find installed, and what a site makes of it. */
export const environmentKinds = ["none", "dockerfile", "julia", "nix", "r", "conda", "pipfile", "python", "system"] as const;
/** "none": the files ask for nothing. "system": Debian packages, `postBuild` or `start` alone. */
export type EnvironmentKind = (typeof environmentKinds)[number];

/** `line` is 1-based, null where the whole file is meant. An error keeps the environment from being built. */
export type EnvironmentProblem = { readonly severity: "error" | "warning"; readonly path: string; readonly line: number | null; readonly message: string };

/** What becomes of one file, in words. "ignored": another file comes before it. "refused": it keeps the environment from being built. */
export type EnvironmentFile = { readonly path: string; readonly use: "built" | "ignored" | "refused"; readonly says: string };

/** Phases of a build, in their order; those that a build does not need are left out. */
export const buildPhases = ["queued", "base", "system", "dockerfile", "conda", "python", "r", "post_build", "checking", "ready"] as const;
export type BuildPhase = (typeof buildPhases)[number];

/** "cancelled": by somebody who writes the project. "removed": nothing used it for long; it is made again when somebody asks. */
export const buildStates = ["queued", "building", "ready", "failed", "cancelled", "removed"] as const;
export type BuildState = (typeof buildStates)[number];

/** Where the project's own files stand: only one of them counts. */
export type EnvironmentFolder = "" | "binder/" | ".binder/";

/** What a builder needs to know, and nothing that a project wrote without having been read and understood. */
export type BuildPlan = {
  /** "repo2docker": it reads the files itself, and all that follows but `sources` is empty. */
  readonly builder: "light" | "repo2docker";
  /** Debian packages, "name" or "name=version". */
  readonly aptPackages: readonly string[];
  readonly python: PythonPlan | null;
  readonly conda: CondaPlan | null;
  readonly r: RPlan | null;
  /** Path of the project's own Dockerfile. */
  readonly dockerfile: string | null;
  readonly postBuild: string | null;
  readonly start: string | null;
  /** Paths in the project of all that the build is given; nothing else of the project can change its outcome. */
  readonly sources: readonly string[];
};

/** Asks for nothing: what plans are made from. */
export const emptyPlan: BuildPlan = {
  builder: "light",
  aptPackages: [],
  python: null,
  conda: null,
  r: null,
  dockerfile: null,
  postBuild: null,
  start: null,
  sources: [],
};

/** Lines for pip; what they name of the project begins with `projectPlace`. */
export type PythonPlan = { readonly requirements: readonly string[]; readonly constraints: readonly string[] };
export type CondaPlan = {
  readonly channels: readonly string[];
  readonly dependencies: readonly string[];
  readonly pip: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
};
/** `packages` have to be there once the script ran; `snapshotDate` ("2025-03-01") is that of the archive of R packages. */
export type RPlan = {
  readonly script: string | null;
  readonly packages: readonly string[];
  /** Whether the script does nothing but install them. */
  readonly onlyInstalls: boolean;
  readonly snapshotDate: string | null;
};

export type Environment = {
  readonly kind: EnvironmentKind;
  readonly folder: EnvironmentFolder;
  readonly files: readonly EnvironmentFile[];
  readonly problems: readonly EnvironmentProblem[];
  /** Null where nothing is asked for, or where a problem is an error. */
  readonly plan: BuildPlan | null;
};

/** Where a build finds the project's files that it is given. */
export const projectPlace = "/opt/sheaf/project";

/** What a site's own environment has, which those of projects stand on. */
export type BaseVersions = { /** "3.13" */ readonly python: string /** "4.5" */; readonly r: string };

/** What an engine makes of the environments that projects ask for. */
export type EnvironmentsOffer = {
  readonly works: boolean;
  /** Why not, or how, in words for the operator. */
  readonly how: string;
  /** What environments stand on. */
  readonly base: { readonly name: string; readonly digest: string; readonly versions: BaseVersions };
  /** Part of every key: another builder may make another thing of the same files. */
  readonly builderVersion: string;
  /** "all": whatever repo2docker builds. "light": Sheaf's own. "wheels": Python packages that the project brings along. */
  readonly abilities: "all" | "light" | "wheels" | "none";
};

/** A build, as those see it who may read the project. Times are ISO 8601. */
export type BuildView = {
  readonly id: string;
  readonly state: BuildState;
  readonly phase: BuildPhase;
  readonly queuedAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  /** How long one of that kind usually takes; null before the first. */
  readonly usualMs: number | null;
  readonly error: string | null;
  /** Lines of its log so far. */
  readonly lines: number;
  /** How often it was begun: more than once where the server was interrupted. */
  readonly attempt: number;
};

/** What a project's newest version asks for, and what its runs stand on. */
export type EnvironmentView = {
  readonly kind: EnvironmentKind;
  readonly folder: EnvironmentFolder;
  readonly files: readonly EnvironmentFile[];
  readonly problems: readonly EnvironmentProblem[];
  /** Why nothing is made of it, in a sentence. */
  readonly unmade: string | null;
  /** Nothing is wrong with the files: as many as one person may have are waiting already, and this one follows. */
  readonly waits: boolean;
  /** Null where the site's own environment is enough, or nothing is made. */
  readonly build: BuildView | null;
  /** What runs stand on now; null: the site's own. */
  readonly inUse: { readonly name: string; readonly digest: string; readonly madeAt: string } | null;
  /** What labs of the asking person stand on. "asks": it came with a copy, and they have not agreed to it yet. */
  readonly inLabs: "site" | "project" | "asks";
};

/** What a follower hears: the state at each change, and lines of the log, numbered from 1 on. */
export type EnvironmentEvent = { readonly view: EnvironmentView; readonly first: number; readonly lines: readonly string[] };
