import type { CellShow } from "#lib/domain/worksheet.ts";

export type Display = { readonly show: CellShow; readonly mayFail: boolean; readonly skipped: boolean };

export function tagsOf(metadata: Readonly<Record<string, unknown>>): ReadonlySet<string> {
  const { tags } = metadata;
  // MyST writes hyphens, older tools underscores.
  return new Set(Array.isArray(tags) ? tags.filter((tag) => typeof tag === "string").map((tag) => tag.trim().toLowerCase().replaceAll("_", "-")) : []);
}

/**
 * What a reader sees of a code cell. Source is removed unless the author shows it: for the whole notebook
 * (`metadata.sheaf.showCode`), for a cell (tag show-input), or folded away (hide-input, hide-cell).
 */
export function readDisplay(metadata: Readonly<Record<string, unknown>>, showCode: boolean): Display {
  const tags = tagsOf(metadata);
  const jupyter = metadata.jupyter;
  const hidden = (key: string) => typeof jupyter === "object" && jupyter !== null && (jupyter as Record<string, unknown>)[key] === true;
  const has = (...names: readonly string[]) => names.some((name) => tags.has(name));
  const usual = showCode || has("show-input") ? "shown" : "removed";
  const source = has("remove-input", "remove-cell")
    ? "removed"
    : has("hide-input", "hide-cell")
      ? "folded"
      : hidden("source_hidden") && usual === "shown"
        ? "folded"
        : usual;
  const outputs = has("remove-output", "remove-cell") ? "removed" : has("hide-output", "hide-cell") || hidden("outputs_hidden") ? "folded" : "shown";
  return {
    show: { source, outputs, stdout: !has("remove-stdout"), stderr: !has("remove-stderr") },
    mayFail: has("raises-exception"),
    skipped: has("skip-execution"),
  };
}
