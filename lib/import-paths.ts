import { formatBytes } from "./format.ts";
import { fail, ok, type Result } from "./result.ts";

/** Something that was sent, under the name it was sent with. */
export type SentFile = { readonly name: string; readonly bytes: number; readonly kind: "file" | "executable" | "link" | "other" };
export type ImportLimits = { readonly files: number; readonly fileBytes: number; readonly totalBytes: number };

/** What editors, kernels and file managers leave behind, and what would make a repository inside of ours. */
const rubbish = new Set([".git", "__macosx", ".ds_store", ".ipynb_checkpoints", "__pycache__", "thumbs.db"]);
const longest = 1000;

/**
 * Where each of these files stands in a project: path → its place in the list. A folder that holds everything is taken away;
 * what could lead out of the project, stand for something else or stand twice refuses the whole, with the name in words.
 */
export function planImport(files: readonly SentFile[], limits: ImportLimits): Result<ReadonlyMap<string, number>> {
  const paths: { path: readonly string[]; index: number }[] = [];
  let total = 0;
  for (const [index, file] of files.entries()) {
    const names = namesOf(file.name);
    if (names === null) return refuse(`The name “${shortened(file.name)}” leads out of the project or holds signs that no file name may hold.`);
    if (names.some((name) => rubbish.has(name.toLowerCase()))) continue;
    if (file.kind === "link") return refuse(`“${shortened(file.name)}” is a link. Put the file itself in its place.`);
    if (file.kind === "other") return refuse(`“${shortened(file.name)}” is no ordinary file.`);
    if (file.bytes > limits.fileBytes)
      return tooLarge(`“${shortened(file.name)}” is larger than ${formatBytes(limits.fileBytes)}. Put it among your own files after the import.`);
    total += file.bytes;
    paths.push({ path: names, index });
    if (paths.length > limits.files) return tooLarge(`These are more than ${limits.files} files.`);
  }
  if (total > limits.totalBytes) return tooLarge(`These files are larger than ${formatBytes(limits.totalBytes)} together.`);
  if (paths.length === 0) return refuse("There are no files in it.");
  return place(withoutTop(paths));
}

function place(paths: readonly { readonly path: readonly string[]; readonly index: number }[]): Result<ReadonlyMap<string, number>> {
  const planned = new Map<string, number>();
  const folders = new Set<string>();
  for (const { path, index } of paths) {
    const whole = path.join("/");
    if (planned.has(whole)) return refuse(`“${shortened(whole)}” stands in it twice.`);
    planned.set(whole, index);
    for (let depth = 1; depth < path.length; depth++) folders.add(path.slice(0, depth).join("/"));
  }
  for (const folder of folders) if (planned.has(folder)) return refuse(`“${shortened(folder)}” is a file and a folder at once.`);
  return ok(planned);
}

/** Names from the root; null where it is no path within the project. Programs of other systems write "\" between names. */
function namesOf(name: string): readonly string[] | null {
  const path = name.normalize("NFC").replaceAll("\\", "/");
  if (path.length > longest || !path.isWellFormed() || /\p{Cc}/u.test(path) || /^[A-Za-z]:/.test(path)) return null;
  const names = path.replace(/^(?:\.\/)+/, "").split("/");
  return names.every((one) => one !== "" && one !== "." && one !== ".." && one.length <= 200) ? names : null;
}

function withoutTop<T extends { readonly path: readonly string[] }>(files: readonly T[]): readonly T[] {
  const [top] = files[0]?.path ?? [];
  const isCommon = files.every(({ path }) => path.length > 1 && path[0] === top);
  return isCommon ? files.map((file) => ({ ...file, path: file.path.slice(1) })) : files;
}

function shortened(name: string): string {
  const plain = name.toWellFormed().replace(/\p{Cc}/gu, "?");
  return plain.length > 80 ? `${plain.slice(0, 77)}…` : plain;
}

function refuse(message: string): Result<never> {
  return fail("invalid", message, { fields: { files: message } });
}

function tooLarge(message: string): Result<never> {
  return fail("too_large", message, { fields: { files: message } });
}
