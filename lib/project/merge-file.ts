import { mergeNotebooks } from "#lib/notebook/merge-notebooks.ts";
import { parseNotebook } from "#lib/notebook/parse-notebook.ts";
import { printNotebook } from "#lib/notebook/print-notebook.ts";
import { mergeText } from "#lib/text/merge-text.ts";

/** `notes` are sentences for the person. `keepBeside`: ours stays, theirs stands beside it under `besidePath`. */
export type MergedFile =
  | { readonly keepBeside: false; readonly content: Uint8Array; readonly notes: readonly string[] }
  | { readonly keepBeside: true; readonly notes: readonly string[] };

/** Texts beyond this are not compared line by line. */
const longestText = 5_000_000;

/**
 * Brings two contents of a file together: notebooks by cell, other texts by line where nobody changed the same place.
 * Everything else is kept twice; nothing is ever marked inside a file. `base` null: both sides added it.
 * Both directions give the same contents.
 */
export function mergeFile(path: string, base: Uint8Array | null, ours: Uint8Array, theirs: Uint8Array): MergedFile {
  if (isSame(ours, theirs) || (base && isSame(base, theirs))) return { keepBeside: false, content: ours, notes: [] };
  if (base && isSame(base, ours)) return { keepBeside: false, content: theirs, notes: [] };
  const [before, mine, others] = [base === null ? null : textOf(base), textOf(ours), textOf(theirs)];
  if (mine === null || others === null) return { keepBeside: true, notes: ["Both sides changed this file, and it is no text: both are kept."] };
  if (path.toLowerCase().endsWith(".ipynb")) return mergeNotebookTexts(before, mine, others);
  if (before === null) return { keepBeside: true, notes: ["Both sides have a file of this name: both are kept."] };
  if (Math.max(before.length, mine.length, others.length) > longestText)
    return { keepBeside: true, notes: ["Both sides changed this large file: both are kept."] };
  const merged = mergeText(before, mine, others);
  if (!merged.clean) return { keepBeside: true, notes: ["Both sides changed the same lines of this file: both are kept."] };
  return { keepBeside: false, content: new TextEncoder().encode(merged.text), notes: [] };
}

function mergeNotebookTexts(base: string | null, ours: string, theirs: string): MergedFile {
  const [before, mine, others] = [base === null ? null : parseNotebook(base), parseNotebook(ours), parseNotebook(theirs)];
  if (!mine.ok || !others.ok) return { keepBeside: true, notes: ["Both sides changed this notebook, and one of them cannot be read: both are kept."] };
  const { notebook, notes } = mergeNotebooks({ base: before?.ok ? before.value : null, ours: mine.value, theirs: others.value });
  return { keepBeside: false, content: new TextEncoder().encode(printNotebook(notebook)), notes };
}

/** Null where the bytes are no UTF-8 text. A mark of byte order stays in the text, so that encoding gives the same bytes. */
function textOf(bytes: Uint8Array): string | null {
  if (bytes.subarray(0, 8000).includes(0)) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

/** A free path beside another: "data/counts (version 7).csv". `label` says where the file is from. */
export function besidePath(path: string, label: string, taken: (path: string) => boolean): string {
  const slash = path.lastIndexOf("/") + 1;
  const [folder, name] = [path.slice(0, slash), path.slice(slash)];
  const dot = name.lastIndexOf(".");
  const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ""];
  for (let turn = 1; ; turn++) {
    const beside = `${folder}${stem} (${label}${turn === 1 ? "" : `, ${turn}`})${ending}`;
    if (!taken(beside)) return beside;
  }
}
