"use client";
import { Download, Ellipsis, FolderInput, PencilLine, Trash2 } from "lucide-react";
import Link from "next/link";
import { DropdownMenu } from "radix-ui";
import { type KeyboardEvent, useRef, useState } from "react";
import { Age } from "#components/layout/age.tsx";
import type { HomeEntryView } from "#lib/domain/home.ts";
import { formatBytes } from "#lib/format.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { FileIcon } from "./file-icon.tsx";

type Props = {
  entry: HomeEntryView;
  /** What the folder is for, where every home has it. Such a folder keeps its name. */
  hint?: string | undefined;
  project?: { slug: string; title: string } | undefined;
  /** Answers with what is wrong, or null. */
  onRename: (entry: HomeEntryView, name: string) => Promise<string | null>;
  onMove: (entry: HomeEntryView) => void;
  onRemove: (entry: HomeEntryView) => void;
};

export function EntryRow({ entry, hint, project, onRename, onMove, onRemove }: Props) {
  const [renaming, setRenaming] = useState(false);
  const link = useRef<HTMLAnchorElement>(null);
  const isKept = hint !== undefined;
  const endRename = () => {
    setRenaming(false);
    requestAnimationFrame(() => link.current?.focus());
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (isKept || renaming || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key !== "F2" && event.key !== "Delete") return;
    event.preventDefault();
    if (event.key === "F2") setRenaming(true);
    else onRemove(entry);
  };
  return (
    <tr onKeyDown={onKeyDown}>
      <td>
        {renaming ? (
          <RenameForm entry={entry} onRename={onRename} onEnd={endRename} />
        ) : (
          <>
            <Name entry={entry} link={link} />
            {hint && <p className="hint pb-2 pl-6.5">{hint}</p>}
            {project && (
              <Link className="link mb-2 ml-6.5 inline-block text-fine" href={routes.project(project.slug)} prefetch={false}>
                {t.home.projectOf(project.title)}
              </Link>
            )}
            {!isKept && (
              <p className="home-narrow hint pl-6.5">
                {entry.kind === "file" && `${formatBytes(entry.bytes)} · `}
                <Age at={entry.modifiedAt} />
              </p>
            )}
          </>
        )}
      </td>
      <td className="home-wide">{entry.kind === "file" ? formatBytes(entry.bytes) : ""}</td>
      <td className="home-wide">
        <Age at={entry.modifiedAt} />
      </td>
      <td>
        {!renaming && (
          <Actions entry={entry} change={isKept ? null : { rename: () => setRenaming(true), move: () => onMove(entry), remove: () => onRemove(entry) }} />
        )}
      </td>
    </tr>
  );
}

function Name({ entry, link }: { entry: HomeEntryView; link: React.RefObject<HTMLAnchorElement | null> }) {
  const content = (
    <>
      <FileIcon entry={entry} />
      <span className="min-w-0">
        {entry.name}
        {entry.kind !== "file" && <span className="sr-only"> ({t.home.kinds[entry.kind]})</span>}
      </span>
    </>
  );
  if (entry.kind === "link" || entry.kind === "other") return <span className="file-link text-soft">{content}</span>;
  return (
    <Link ref={link} data-entry={entry.path} className="file-link" href={routes.files(entry.path)} prefetch={false}>
      {content}
    </Link>
  );
}

type Change = { readonly rename: () => void; readonly move: () => void; readonly remove: () => void };
const changes = [
  { name: "rename", Icon: PencilLine, words: t.home.rename },
  { name: "move", Icon: FolderInput, words: t.home.move },
  { name: "remove", Icon: Trash2, words: t.home.remove },
] as const;

/** `change`: null for what keeps its place. */
function Actions({ entry, change }: { entry: HomeEntryView; change: Change | null }) {
  // The menu would take the focus back from what it opened.
  const next = useRef<(() => void) | null>(null);
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className="icon-button" aria-label={t.home.actionsOf(entry.name)}>
        <Ellipsis size={16} aria-hidden />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          className="menu"
          align="end"
          sideOffset={4}
          onCloseAutoFocus={(event) => {
            if (!next.current) return;
            event.preventDefault();
            next.current();
            next.current = null;
          }}
        >
          <DownloadItem entry={entry} />
          {change &&
            changes.map(({ name, Icon, words }) => (
              <DropdownMenu.Item
                key={name}
                className="menu-item"
                onSelect={() => {
                  next.current = change[name];
                }}
              >
                <Icon size={15} aria-hidden />
                {words}
              </DropdownMenu.Item>
            ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

function DownloadItem({ entry: { kind, name, path } }: { entry: HomeEntryView }) {
  if (kind !== "file" && kind !== "folder") return null;
  const isFile = kind === "file";
  return (
    <DropdownMenu.Item asChild>
      <a className="menu-item" href={isFile ? routes.api.homeFile(path) : routes.api.homeArchive(path)} download={isFile ? name : `${name}.zip`}>
        <Download size={15} aria-hidden />
        {isFile ? t.home.download : t.home.downloadArchive}
      </a>
    </DropdownMenu.Item>
  );
}

function RenameForm({ entry, onRename, onEnd }: { entry: HomeEntryView; onRename: Props["onRename"]; onEnd: () => void }) {
  const [name, setName] = useState(entry.name);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function save() {
    if (busy) return;
    if (name === entry.name) return onEnd();
    if (name === "" || name.includes("/")) return setProblem(t.home.badName);
    setBusy(true);
    const wrong = await onRename(entry, name);
    setBusy(false);
    if (wrong === null) onEnd();
    else setProblem(wrong);
  }

  return (
    <form
      className="flex flex-wrap items-center gap-2 py-1"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape") onEnd();
      }}
    >
      <input
        className="field min-w-0 flex-1"
        aria-label={t.home.renameOf(entry.name)}
        aria-invalid={problem !== null}
        aria-describedby={problem ? "rename-error" : undefined}
        value={name}
        onChange={(event) => setName(event.target.value)}
        // biome-ignore lint/a11y/noAutofocus: it was asked for just now, at this place.
        autoFocus
        onFocus={(event) => event.target.setSelectionRange(0, stemLength(entry))}
        maxLength={255}
      />
      <button type="submit" className="button button-small" aria-disabled={busy}>
        {t.home.save}
      </button>
      <button type="button" className="button button-small button-quiet" onClick={onEnd}>
        {t.home.cancel}
      </button>
      {problem && (
        <p id="rename-error" className="field-error w-full" role="alert">
          {problem}
        </p>
      )}
    </form>
  );
}

function stemLength({ kind, name }: HomeEntryView): number {
  const dot = kind === "file" ? name.lastIndexOf(".") : -1;
  return dot > 0 ? dot : name.length;
}
