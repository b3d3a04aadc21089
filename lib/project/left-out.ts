/** Names that belong to no project: what programs keep for themselves. */
const names = new Set([".git", ".ipynb_checkpoints", "__pycache__", "node_modules", ".local", ".cache", ".sheaf"]);

/** Whether a file or folder of this name, and all below it, stays out of what is compared and saved. */
export function isLeftOutName(name: string): boolean {
  return names.has(name) || name.startsWith(".Trash");
}

export function isLeftOutPath(path: string): boolean {
  return path.split("/").some(isLeftOutName);
}
