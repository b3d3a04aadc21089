import type { PreparedTextDiff } from "#lib/domain/notebook-view.ts";

/** How two text files differ: a server component. `diff` is made by `prepareTextDiff` (lib/text/prepare-text-diff.ts). */
export function TextDiffView(_props: { diff: PreparedTextDiff }) {
  return null;
}
