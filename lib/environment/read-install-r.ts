import { errorAt, type FileProblem, linesOf, quoted, warningAt } from "./project-files.ts";

export type RScript = {
  /** What it says it installs from the archive: R only warns where one of them could not be. */
  readonly packages: readonly string[];
  /** Whether it does nothing else: where all of them are there, it need not be run. */
  readonly onlyInstalls: boolean;
  readonly problems: readonly FileProblem[];
};

/** As "Writing R Extensions" has it: letters, digits and full stops, two at least. */
const packageName = /^[A-Za-z][A-Za-z0-9.]*[A-Za-z0-9]$/;

/** The script is run as it is; of its text only what can be said before that is read. */
export function readInstallR(text: string): RScript {
  const packages = new Set<string>();
  const problems: FileProblem[] = [];
  const withoutComments = linesOf(text).map((line) => line.replace(/^((?:[^#"']|"[^"]*"|'[^']*')*)#.*$/, "$1"));
  for (const [index, line] of withoutComments.entries())
    if (/\b(?:remotes|devtools|pak)::|install_(?:github|gitlab|url|git)\b/.test(line))
      problems.push(
        warningAt(index + 1, "What is installed from elsewhere than the archive of R packages may be another thing tomorrow. Name a tag or a version."),
      );
  const joined = withoutComments.join("\n");
  for (const call of joined.matchAll(/\binstall\.packages\s*\(\s*(?:pkgs\s*=\s*)?(c\s*\([^()]*\)|"[^"\n]*"|'[^'\n]*')/g)) {
    const line = joined.slice(0, call.index).split("\n").length;
    for (const [, double, single] of (call[1] ?? "").matchAll(/"([^"\n]*)"|'([^'\n]*)'/g)) {
      const name = double ?? single ?? "";
      if (packageName.test(name)) packages.add(name);
      else problems.push(errorAt(line, `${quoted(name)} is no name of an R package.`));
    }
  }
  const rest = joined.replace(/\binstall\.packages\s*\(\s*(?:pkgs\s*=\s*)?(?:c\s*\([^()]*\)|"[^"\n]*"|'[^'\n]*')\s*\)/g, "");
  return { packages: [...packages].sort(), onlyInstalls: /^[\s;]*$/.test(rest), problems };
}
