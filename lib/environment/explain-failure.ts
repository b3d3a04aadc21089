import type { BuildPhase } from "#lib/domain/environment.ts";

const phaseNames = {
  queued: "before it began",
  base: "while the base was fetched",
  system: "while packages of Debian were installed",
  dockerfile: "in the project's Dockerfile",
  conda: "while packages of conda were installed",
  python: "while packages of Python were installed",
  r: "while install.R was run",
  post_build: "while postBuild was run",
  checking: "while it was looked over",
  ready: "at its end",
} as const satisfies Record<BuildPhase, string>;

const unreachable = "An archive of packages could not be reached. Try again; if it stays so, ask the operator which archives can be reached from here.";
const notAsked = /^W: (?:Failed to fetch|Some index files failed to download)/;

/** What programs say when something is wrong → what that means, and what to do. The last line that says something counts. */
const sayings: readonly (readonly [pattern: RegExp, says: (...found: string[]) => string])[] = [
  [/^Sheaf: (.+)/, (words = "") => words],
  [/E: Unable to locate package (\S+)/, (name = "") => `Debian has no package “${name}”. Look for its name on packages.debian.org.`],
  [
    /E: Version '([^']+)' for '([^']+)' was not found/,
    (version = "", name = "") => `Debian has no version ${version} of “${name}” any more. Leave the version out.`,
  ],
  [/E: Package '([^']+)' has no installation candidate/, (name = "") => `Debian has no package “${name}”. Look for its name on packages.debian.org.`],
  [
    /No matching distribution found for (.+?)(?: \(|$)/,
    (name = "") => `No archive of Python packages that can be reached from here has “${name}” for this Python.`,
  ],
  [
    /ResolutionImpossible|Cannot install .+ because these package versions have conflicting/,
    () => "These Python packages ask for versions that cannot be had together. Ask for fewer exact versions.",
  ],
  [
    /Hashes are required in --require-hashes mode|THESE PACKAGES DO NOT MATCH THE HASHES/,
    () => "A Python package is not the one whose hash stands in the list.",
  ],
  [/nothing provides (?:requested )?(\S+)/, (name = "") => `The channels of conda have no “${name}”.`],
  [/No space left on device|disk quota exceeded/i, () => "The disk was full. Ask the operator for room, and try again."],
  [
    /Temporary failure (?:in name resolution|resolving)|Could not resolve|Name or service not known|Network is unreachable|Failed to establish a new connection|Connection timed out/i,
    () => unreachable,
  ],
  [
    /pull access denied for (\S+?),|manifest for (\S+) not found|repository (\S+) not found/,
    (...names) => `There is no image “${names.find(Boolean) ?? ""}” that can be fetched.`,
  ],
  [/Get "https?:\/\/([^/"]+)[^"]*":/, (host = "") => `The registry ${host} does not answer, from which an image was to be fetched.`],
];

export type FailedBuild = { readonly phase: BuildPhase; readonly lines: readonly string[] };

/** Why a build failed, for whoever wrote the files; the lines are the last ones of its log. */
export function explainBuildFailure({ phase, lines }: FailedBuild): string {
  const where = `The environment could not be made: it failed ${phaseNames[phase]}.`;
  // What apt knows nothing of, because it could not ask, it says it cannot find.
  if (phase === "system" && lines.some((line) => notAsked.test(line))) return `${where} ${unreachable}`;
  for (const line of lines.toReversed()) {
    for (const [pattern, says] of sayings) {
      const found = pattern.exec(line);
      if (found) return `${where} ${says(...found.slice(1))}`;
    }
    const code = /returned a non-zero code: (\d+)/.exec(line)?.[1];
    if (code === "137") return `${where} A program in it was ended, most likely because it used more memory than a build may.`;
  }
  return `${where} Its last lines say more.`;
}
