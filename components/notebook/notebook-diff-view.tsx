import type { PreparedDiff } from "#lib/domain/notebook-view.ts";

type Props = {
  diff: PreparedDiff;
  /** Where heavy outputs of either side are fetched from, as in `NotebookView`; null where the file is not there. */
  outputBase: { readonly before: string | null; readonly after: string | null };
  title: string;
};

/** How two notebooks differ, by cell: a server component. */
export function NotebookDiffView(_props: Props) {
  return null;
}
