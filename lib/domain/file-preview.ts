import type { TableStart } from "#lib/files/read-table.ts";

/** What a page shows of one file. A notebook is told by its name here and prepared apart, since that may take a moment. */
export type FilePreview =
  | { readonly kind: "notebook" }
  | { readonly kind: "markdown"; readonly html: string; readonly source: string }
  | { readonly kind: "table"; readonly table: TableStart; readonly source: string | null }
  | { readonly kind: "text"; readonly source: string }
  | { readonly kind: "image"; readonly type: string }
  | { readonly kind: "pdf" }
  /** Neither text nor picture. */
  | { readonly kind: "binary" }
  /** Text beyond what a page shows. */
  | { readonly kind: "large" };

export type ShownFile = {
  readonly path: string;
  readonly name: string;
  readonly commit: string;
  readonly blob: string;
  readonly bytes: number;
  readonly preview: FilePreview;
};
