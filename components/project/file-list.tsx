import { CornerLeftUp, File, FileCode, FileImage, FileSpreadsheet, FileText, Folder, FolderSymlink, Link2, NotebookText } from "lucide-react";
import Link from "next/link";
import type { FileEntry } from "#lib/domain/project.ts";
import { formatBytes } from "#lib/format.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";

type Props = { slug: string; entries: readonly FileEntry[]; version?: string | undefined; parent?: string | undefined };

/** One level of a version's files, folders first. `parent` is the folder above, where there is one. */
export function FileList({ slug, entries, version, parent }: Props) {
  return (
    <table className="files">
      <thead>
        <tr>
          <th scope="col">{t.projectFiles.name}</th>
          <th scope="col">{t.projectFiles.size}</th>
        </tr>
      </thead>
      <tbody>
        {parent !== undefined && (
          <tr>
            <td colSpan={2}>
              <Link className="file-link text-soft" href={routes.projectFiles(slug, parent, version)} prefetch={false}>
                <CornerLeftUp size={16} aria-hidden />
                {t.projectFiles.up}
              </Link>
            </td>
          </tr>
        )}
        {sorted(entries).map((entry) => (
          <tr key={entry.path}>
            <td>
              <Entry slug={slug} entry={entry} version={version} />
            </td>
            <td>{entry.kind === "file" && entry.bytes !== null ? formatBytes(entry.bytes) : ""}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Entry({ slug, entry, version }: { slug: string; entry: FileEntry; version: string | undefined }) {
  const Icon = iconOf(entry);
  const words = (
    <>
      <Icon size={16} aria-hidden />
      <span className="min-w-0">
        {entry.name}
        {entry.kind !== "file" && <span className="sr-only"> ({t.projectFiles.kinds[entry.kind]})</span>}
      </span>
    </>
  );
  if (entry.kind === "module") return <span className="file-link text-soft">{words}</span>;
  return (
    <Link className="file-link" href={routes.projectFiles(slug, entry.path, version)} prefetch={false}>
      {words}
    </Link>
  );
}

function sorted(entries: readonly FileEntry[]): readonly FileEntry[] {
  const rank = (entry: FileEntry) => (entry.kind === "folder" || entry.kind === "module" ? 0 : 1);
  return entries.toSorted((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name, "en", { numeric: true, sensitivity: "base" }));
}

const icons: readonly (readonly [RegExp, typeof File])[] = [
  [/\.ipynb$/i, NotebookText],
  [/\.(csv|tsv|tab|xlsx|ods|parquet)$/i, FileSpreadsheet],
  [/\.(png|jpe?g|gif|webp|svg|tiff?|bmp)$/i, FileImage],
  [/\.(py|r|jl|js|ts|sh|sql|c|h|cpp|rs|go|java|json|ya?ml|toml|html|css)$/i, FileCode],
  [/\.(md|txt|rst|tex|pdf|docx?)$/i, FileText],
];

function iconOf(entry: FileEntry): typeof File {
  if (entry.kind === "folder") return Folder;
  if (entry.kind === "module") return FolderSymlink;
  if (entry.kind === "link") return Link2;
  return icons.find(([pattern]) => pattern.test(entry.name))?.[1] ?? File;
}
