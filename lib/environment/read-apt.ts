import { errorAt, type FileProblem, linesOf, quoted } from "./project-files.ts";

export type AptList = { readonly packages: readonly string[]; readonly problems: readonly FileProblem[] };

const maxPackages = 500;
/** Names and versions as Debian's policy manual has them (sections 5.6.1 and 5.6.12). A "-" at the end would ask apt to remove. */
const packageName = /^[a-z0-9][a-z0-9+.-]*[a-z0-9+.]$/;
const version = /^[0-9][A-Za-z0-9.+~:-]*$/;

/** Debian packages by name, any number a line; "#" begins a comment. `name=version` asks for one version. */
export function readApt(text: string): AptList {
  const packages = new Set<string>();
  const problems: FileProblem[] = [];
  for (const [index, line] of linesOf(text).entries()) {
    for (const word of line.replace(/(^|\s)#.*$/, "").split(/\s+/)) {
      if (word === "") continue;
      const problem = problemOf(word);
      if (problem === null) packages.add(word);
      else problems.push(errorAt(index + 1, problem));
    }
  }
  if (packages.size > maxPackages) problems.push(errorAt(null, `These are more than ${maxPackages} packages.`));
  return { packages: [...packages].sort(), problems };
}

function problemOf(word: string): string | null {
  const [name = "", ...rest] = word.split("=");
  if (word.startsWith("-")) return `${quoted(word)} is an option. Only names of Debian packages can stand here.`;
  if (!packageName.test(name) || rest.length > 1)
    return `${quoted(word)} is no name of a Debian package: those are of a-z, 0-9 and the signs + - and full stop.`;
  const [asked] = rest;
  return asked === undefined || version.test(asked) ? null : `${quoted(asked)} is no version of a Debian package.`;
}
