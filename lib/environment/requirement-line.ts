import { quoted } from "./project-files.ts";

/** What one requirement asks for, after pip's "Requirement Specifiers" and "Requirements File Format". */
export type Requirement =
  /** Safe for pip as it stands. */
  | { readonly kind: "package"; readonly line: string }
  /** A file in the project, with what follows its name (a marker, hashes). */
  | { readonly kind: "file"; readonly path: string; readonly rest: string }
  | { readonly kind: "problem"; readonly message: string };

const name = "[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?";
const extras = `(?:\\s*\\[\\s*(?:${name}(?:\\s*,\\s*${name})*)?\\s*\\])?`;
const clause = "(?:===|~=|==|!=|<=|>=|<|>)\\s*[A-Za-z0-9._*+!-]+";
const clauses = `(?:\\s*\\(?\\s*${clause}(?:\\s*,\\s*${clause})*\\s*,?\\s*\\)?)?`;
const marker = "(?:\\s*;(?=.*(?:[<>=~]|\\sin\\s))[A-Za-z0-9_.<>=!~'\"()\\s,+*-]+)?";
const hashes = "(?:\\s+--hash[= ](?:sha256|sha384|sha512):[0-9a-fA-F]+)*";
const packagePattern = new RegExp(`^${name}${extras}${clauses}${marker}${hashes}$`);
const addressPattern = new RegExp(`^(${name}${extras})\\s*@\\s*(\\S+)(${marker}${hashes})$`);
const bareAddress = /^(?:[a-z0-9+.-]+):\/\//i;
const filePattern = /^((?:\.{1,2}\/)?[A-Za-z0-9._+\-/]*\.(?:whl|tar\.gz|zip))((?:\s*;|\s+--hash).*)?$/;

export function readRequirement(line: string): Requirement {
  const address = addressPattern.exec(line);
  if (address) {
    const problem = addressProblem(address[2] ?? "");
    return problem === null ? { kind: "package", line } : { kind: "problem", message: problem };
  }
  if (bareAddress.test(line) || /^git\+/.test(line)) {
    const [first = ""] = line.split(/\s/);
    const problem = addressProblem(first);
    const isWhole = /^\S+$/.test(line) || new RegExp(`^\\S+${hashes}$`).test(line);
    if (problem === null && isWhole) return { kind: "package", line };
    return { kind: "problem", message: problem ?? `${quoted(line)} is not understood.` };
  }
  if (packagePattern.test(line) && !/\.(?:whl|zip|tar\.gz)$/.test(line)) return { kind: "package", line };
  const file = filePattern.exec(line);
  if (file) return { kind: "file", path: (file[1] ?? "").trim(), rest: (file[2] ?? "").trimEnd() };
  if (/^\.{0,2}\/|^\.$/.test(line))
    return {
      kind: "problem",
      message: `${quoted(line)} is a folder. The project itself is not installed: its modules can be imported from the folder that notebooks run in. Name the packages that it needs.`,
    };
  return { kind: "problem", message: `${quoted(line)} is not understood. Write the name of a package, such as numpy or pandas>=2.2.` };
}

/** Null for an address that anybody could fetch from: no files of the builder's machine, nobody's password. */
export function addressProblem(address: string): string | null {
  const url = URL.parse(address.replace(/^git\+/, ""));
  if (!url || !/^[!-~]+$/.test(address) || /["'`$\\<>|;&(){}]/.test(address)) return `${quoted(address)} is no address that can be fetched from.`;
  if (url.protocol !== "https:") return `${quoted(address)}: only addresses that begin with https:// are fetched from.`;
  if (url.username !== "" || url.password !== "")
    return "An address holds a name or password, which everybody who reads this project can see. Put the package in the project as a wheel, or fetch it from where none is needed.";
  return null;
}
