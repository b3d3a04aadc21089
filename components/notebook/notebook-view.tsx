import type { PreparedNotebook } from "#lib/domain/notebook-view.ts";

type Props = {
  notebook: PreparedNotebook;
  /** Heavy outputs are fetched from `${outputBase}/${cell}/${position}`; the address has no query. */
  outputBase: string;
  /** For the names of files that are saved, and for figures without words of their own. */
  title: string;
};

/** A notebook to be read: a server component. */
export function NotebookView(_props: Props) {
  return null;
}
