/** A file of a project at one version, as the forge lists it. */
export type ProjectFile = { readonly path: string; readonly kind: "file" | "executable" | "link" | "module" };

/** "too_large": more than was asked for. */
export type FileContent = Uint8Array | "too_large" | "absent";
export type ReadFile = (path: string, limitBytes: number) => Promise<FileContent>;

/** A problem inside one file, whose path the caller knows. */
export type FileProblem = { readonly severity: "error" | "warning"; readonly line: number | null; readonly message: string };

export const maxTextBytes = 256 * 1024;

export function errorAt(line: number | null, message: string): FileProblem {
  return { severity: "error", line, message };
}

export function warningAt(line: number | null, message: string): FileProblem {
  return { severity: "warning", line, message };
}

/** Short enough for a sentence, and without signs that a terminal or a page would obey. */
export function quoted(text: string): string {
  const plain = text.replace(/\p{C}/gu, "\u{FFFD}");
  return `“${plain.length > 60 ? `${plain.slice(0, 60)}…` : plain}”`;
}

/** Lines without their ends, whatever system wrote them. */
export function linesOf(text: string): readonly string[] {
  return text.replace(/^\u{FEFF}/u, "").split(/\r\n|\n|\r/);
}

/** The text of a file, or why it is none. */
export function decodeText(content: FileContent): { readonly text: string } | { readonly problem: string } {
  if (content === "absent") return { problem: "This file cannot be read." };
  if (content === "too_large") return { problem: `This file is larger than ${maxTextBytes / 1024} KB, which no list of packages needs.` };
  if (content.includes(0)) return { problem: "This file holds NUL bytes: it is no text." };
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(content) };
  } catch {
    return { problem: "This file is no text in UTF-8. Save it in that encoding." };
  }
}

/** A path named in a file of `fromFolder` ("" or "a/b/"), from the project's root; null where it leads out of the project. */
export function resolvePath(fromFolder: string, named: string): string | null {
  if (named === "" || named.startsWith("/") || named.startsWith("~") || /[\\\p{C}]/u.test(named)) return null;
  const names: string[] = [];
  for (const name of `${fromFolder}${named}`.split("/")) {
    if (name === "" || name === ".") continue;
    if (name !== "..") names.push(name);
    else if (names.pop() === undefined) return null;
  }
  return names.join("/");
}

export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}
