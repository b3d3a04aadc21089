import type { FileChange } from "#lib/domain/project.ts";

/** More than anybody reads; the count says how many there are. */
const most = 500;

export function shownChanges(changes: readonly FileChange[]): { readonly changes: readonly FileChange[]; readonly changeCount: number } {
  const shown = changes.slice(0, most).map(({ path, from, kind }) => (from === undefined ? { path, kind } : { path, from, kind }));
  return { changes: shown, changeCount: changes.length };
}
