import type { NotebookDiff } from "#lib/domain/notebook-diff.ts";
import type { FileChange } from "#lib/domain/project.ts";

const longest = 72;
const verbs = { changed: "Change", added: "Add", removed: "Remove", moved: "Move" } as const satisfies Record<FileChange["kind"], string>;
/** What people do on purpose is named before what follows from it. */
const order = ["changed", "added", "moved", "removed"] as const satisfies readonly FileChange["kind"][];

/**
 * Words for a new version, made from what changed; `notebooks` has what `diffNotebooks` counted for those that changed.
 * One line of at most 72 characters; empty where nothing changed.
 */
export function suggestMessage(changes: readonly FileChange[], notebooks: ReadonlyMap<string, NotebookDiff["counts"]> = new Map()): string {
  const sorted = order.flatMap((kind) => changes.filter((change) => change.kind === kind).sort((one, other) => weight(one) - weight(other)));
  const [first] = sorted;
  if (!first) return "";
  if (sorted.length === 1) return messageOfOne(first, notebooks.get(first.path));
  const alike = sorted.every((change) => change.kind === first.kind);
  const more = sorted.length - 1;
  const rest = alike ? ` and ${more} more ${more === 1 ? "file" : "files"}` : `, and ${more} more ${more === 1 ? "change" : "changes"}`;
  const verb = verbs[first.kind];
  const words = wordsOfChange(first, notebooks.get(first.path));
  const whole = `${verb} ${shortened(first.path, longest)} (${words})${rest}`;
  if (words !== "" && whole.length <= longest) return whole;
  return `${verb} ${shortened(first.path, longest - verb.length - 1 - rest.length)}${rest}`;
}

/** Notebooks are what a project is about. */
function weight(change: FileChange): number {
  return change.path.endsWith(".ipynb") ? 0 : 1;
}

function messageOfOne(change: FileChange, counts: NotebookDiff["counts"] | undefined): string {
  const said = wordsOfChange(change, counts);
  const rest = said === "" ? "" : `: ${said}`;
  const verb = verbs[change.kind];
  if (change.kind === "moved" && change.from !== undefined) {
    const whole = `Move ${change.from} to ${change.path}`;
    if (whole.length <= longest) return whole;
  }
  const room = longest - verb.length - 1;
  const path = shortened(change.path, Math.max(24, room - rest.length));
  return path.length + rest.length <= room ? `${verb} ${path}${rest}` : `${verb} ${shortened(change.path, room)}`;
}

function wordsOfChange({ kind }: FileChange, counts: NotebookDiff["counts"] | undefined): string {
  return kind === "changed" && counts ? wordsOf(counts) : "";
}

/** "2 cells changed, 1 added"; running again is told only where nothing else happened. */
function wordsOf(counts: NotebookDiff["counts"]): string {
  const parts = (["changed", "added", "removed", "moved"] as const).flatMap((kind) => (counts[kind] > 0 ? [{ kind, count: counts[kind] }] : []));
  const [first, ...others] = parts;
  if (!first) return counts.outputsOnly > 0 ? `${cells(counts.outputsOnly)} run again` : "";
  return [`${cells(first.count)} ${first.kind}`, ...others.map(({ kind, count }) => `${count} ${kind}`)].join(", ");
}

function cells(count: number): string {
  return `${count} ${count === 1 ? "cell" : "cells"}`;
}

/** The end of a path tells more than its beginning. */
function shortened(path: string, room: number): string {
  const clean = path.replaceAll(/\p{Cc}/gu, " ");
  if (clean.length <= room) return clean;
  const name = clean.slice(clean.lastIndexOf("/") + 1);
  if (name.length <= room) return name;
  const cut = name.slice(0, Math.max(1, room - 1));
  return `${/[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}
