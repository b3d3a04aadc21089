"use client";

/** A file that somebody chose or dropped, with its place in the folder that it came in. */
export type ChosenFile = { readonly file: File; readonly path: string };

/** Hidden folders hold what tools keep for themselves; a history of its own belongs to the way "an address". */
export function isHidden(path: string): boolean {
  return path.split("/").some((name) => name === ".git" || name === ".ipynb_checkpoints" || name === "__pycache__" || name === ".DS_Store");
}

export function chosenFrom(list: FileList | null): ChosenFile[] {
  return [...(list ?? [])].map((file) => ({ file, path: file.webkitRelativePath || file.name }));
}

/** What was dropped, with all that is in its folders. Entries are taken before anything is awaited: the browser forgets them then. */
export async function droppedFrom(items: DataTransferItemList): Promise<ChosenFile[]> {
  const entries = [...items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  const files: ChosenFile[] = [];
  const waiting: FileSystemEntry[] = entries;
  for (let entry = waiting.shift(); entry !== undefined; entry = waiting.shift()) {
    if (isHidden(entry.fullPath)) continue;
    if (entry.isFile) files.push({ file: await fileOf(entry as FileSystemFileEntry), path: entry.fullPath.replace(/^\//, "") });
    else if (entry.isDirectory) waiting.push(...(await entriesOf(entry as FileSystemDirectoryEntry)));
  }
  return files;
}

/** Without the one folder that all of it is in: its name is no part of the project. */
export function withoutCommonFolder(files: readonly ChosenFile[]): readonly ChosenFile[] {
  const first = files[0]?.path.split("/")[0];
  if (first === undefined || !files.every((one) => one.path.startsWith(`${first}/`))) return files;
  return files.map((one) => ({ ...one, path: one.path.slice(first.length + 1) }));
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  // A reader gives a hundred at a time, until it gives none.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return all;
    all.push(...some);
  }
}
