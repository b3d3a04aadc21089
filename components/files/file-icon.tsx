import { File, FileCode, FileImage, FileQuestionMark, FileSpreadsheet, FileText, Folder, Link2, NotebookText } from "lucide-react";
import type { HomeEntryView } from "#lib/domain/home.ts";

const icons: readonly (readonly [RegExp, typeof File])[] = [
  [/\.ipynb$/i, NotebookText],
  [/\.(csv|tsv|tab|xlsx|ods|parquet)$/i, FileSpreadsheet],
  [/\.(png|jpe?g|gif|webp|svg|tiff?|bmp)$/i, FileImage],
  [/\.(py|r|jl|js|ts|sh|sql|c|h|cpp|rs|go|java|json|ya?ml|toml|html|css)$/i, FileCode],
  [/\.(md|txt|rst|tex|pdf|docx?)$/i, FileText],
];

export function FileIcon({ entry }: { entry: Pick<HomeEntryView, "kind" | "name"> }) {
  const Icon = iconOf(entry);
  return <Icon size={16} aria-hidden />;
}

function iconOf({ kind, name }: Pick<HomeEntryView, "kind" | "name">): typeof File {
  if (kind === "folder") return Folder;
  if (kind === "link") return Link2;
  if (kind === "other") return FileQuestionMark;
  return icons.find(([pattern]) => pattern.test(name))?.[1] ?? File;
}
