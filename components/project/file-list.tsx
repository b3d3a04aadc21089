import { CornerLeftUp } from "lucide-react";
import Link from "next/link";
import { FileIcon } from "#components/files/file-icon.tsx";
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
  const words = (
    <>
      <FileIcon entry={entry} />
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
