import type { PreparedDiff, PreparedNotebook } from "#lib/domain/notebook-view.ts";
import type { Notebook } from "#lib/notebook/nbformat.ts";
import { parseNotebook } from "#lib/notebook/parse-notebook.ts";
import type { ApartContent } from "#lib/notebook/present-cell-output.ts";
import { presentDiff } from "#lib/notebook/present-diff.ts";
import { presentNotebook, readApart } from "#lib/notebook/present-notebook.ts";
import type { Result } from "#lib/result.ts";
import { fail, ok } from "#lib/result.ts";

/** What is asked of a notebook's bytes, here or in a thread of its own: the same words for both. */
export type Work =
  | { readonly kind: "notebook"; readonly bytes: Uint8Array }
  | { readonly kind: "output"; readonly bytes: Uint8Array; readonly cell: number; readonly position: number }
  | { readonly kind: "diff"; readonly before: Uint8Array | null; readonly after: Uint8Array | null };

export type OutputContent = { readonly mediaType: string; readonly bytes: Uint8Array<ArrayBuffer> };
export type PlacedContent = OutputContent & { readonly cell: number; readonly position: number };
export type Done =
  | { readonly kind: "notebook"; readonly notebook: PreparedNotebook; readonly apart: readonly PlacedContent[] }
  | { readonly kind: "output"; readonly content: OutputContent }
  | { readonly kind: "diff"; readonly diff: PreparedDiff };

export function doWork(work: Work): Result<Done> {
  switch (work.kind) {
    case "notebook": {
      const parsed = parse(work.bytes);
      if (!parsed.ok) return parsed;
      const { notebook, apart } = presentNotebook(parsed.value);
      return ok({ kind: "notebook", notebook, apart: apart.map(({ cell, position, content }) => ({ cell, position, ...contentOf(content) })) });
    }
    case "output": {
      const content = readOne(textOf(work.bytes), work.cell, work.position);
      return content ? ok({ kind: "output", content: contentOf(content) }) : fail("not_found", "No such output.");
    }
    case "diff": {
      const [before, after] = [work.before ? parse(work.before) : ok(null), work.after ? parse(work.after) : ok(null)];
      if (!before.ok) return before;
      return after.ok ? ok({ kind: "diff", diff: presentDiff(before.value, after.value) }) : after;
    }
  }
}

function parse(bytes: Uint8Array): Result<Notebook> {
  return parseNotebook(textOf(bytes));
}

/** Only valid JSON may be searched for a part of it. */
function readOne(text: string, cell: number, position: number): ApartContent | null {
  try {
    return readApart(text, cell, position);
  } catch {
    return null;
  }
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function contentOf(content: ApartContent): OutputContent {
  const bytes = "base64" in content ? Buffer.from(content.base64, "base64") : Buffer.from(content.text, "utf8");
  return { mediaType: content.mediaType, bytes: new Uint8Array(bytes) };
}
