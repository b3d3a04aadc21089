import { File, FileCode, FileImage, FileQuestionMark, FileSpreadsheet, FileText, Folder, FolderSymlink, Link2, NotebookText } from "lucide-react";

const icons: readonly (readonly [RegExp, typeof File])[] = [
  [/\.ipynb$/i, NotebookText],
  [/\.(csv|tsv|tab|xlsx|ods|parquet)$/i, FileSpreadsheet],
  [/\.(png|jpe?g|gif|webp|svg|tiff?|bmp)$/i, FileImage],
  [/\.(py|r|jl|js|ts|sh|sql|c|h|cpp|rs|go|java|json|ya?ml|toml|html|css)$/i, FileCode],
  [/\.(md|txt|rst|tex|pdf|docx?)$/i, FileText],
];

/** "module": another project that stands in a folder of this one. */
type Shown = { readonly kind: "file" | "folder" | "link" | "module" | "other"; readonly name: string };

export function FileIcon({ entry }: { entry: Shown }) {
  const Icon = iconOf(entry);
  return <Icon size={16} aria-hidden />;
}

function iconOf({ kind, name }: Shown): typeof File {
  if (kind === "folder") return Folder;
  if (kind === "module") return FolderSymlink;
  if (kind === "link") return Link2;
  if (kind === "other") return FileQuestionMark;
  return icons.find(([pattern]) => pattern.test(name))?.[1] ?? File;
}
