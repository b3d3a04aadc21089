"use client";
import { ChevronRight, CornerLeftUp, Folder } from "lucide-react";
import { useEffect, useState } from "react";
import { api } from "#components/api.ts";
import { Dialog } from "#components/layout/dialog.tsx";
import type { HomeEntryView } from "#lib/domain/home.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";

type Props = {
  entry: HomeEntryView;
  /** Answers with what is wrong, or null. */
  onMove: (entry: HomeEntryView, folder: string) => Promise<string | null>;
  onClose: () => void;
};

/** Where something shall go: one walks through one's folders, and lets it down in the one that is open. */
export function MoveDialog({ entry, onMove, onClose }: Props) {
  const from = folderOf(entry.path);
  const [folder, setFolder] = useState(from);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const words = t.home.moving;

  function go(to: string) {
    setProblem(null);
    setFolder(to);
  }

  async function move() {
    if (busy) return;
    if (folder === from) return setProblem(words.already);
    setBusy(true);
    const wrong = await onMove(entry, folder);
    setBusy(false);
    if (wrong === null) onClose();
    else setProblem(wrong);
  }

  return (
    <Dialog title={words.title(entry.name)} text={words.text} onClose={onClose}>
      <p className="font-medium wrap-anywhere" role="status">
        {words.into([t.home.root, ...namesOf(folder)].join(" / "))}
      </p>
      <Folders folder={folder} without={entry.path} onGo={go} />
      <div role="alert">{problem && <p className="field-error">{problem}</p>}</div>
      <div className="mt-4 flex flex-wrap justify-end gap-2">
        <button type="button" className="button" onClick={onClose}>
          {t.home.cancel}
        </button>
        <button type="button" className="button button-primary" aria-disabled={busy} onClick={() => void move()}>
          {words.here}
        </button>
      </div>
    </Dialog>
  );
}

function Folders({ folder, without, onGo }: { folder: string; without: string; onGo: (folder: string) => void }) {
  const { folders, problem } = useFolders(folder);
  const row = "flex min-h-11 w-full cursor-pointer items-center gap-2.5 px-3 text-left hover:bg-sunken";
  return (
    <ul className="mt-2 h-64 divide-y divide-line overflow-y-auto border-y border-line">
      {folder !== "" && (
        <li>
          <button type="button" className={`${row} text-soft`} onClick={() => onGo(folderOf(folder))}>
            <CornerLeftUp size={16} aria-hidden />
            {t.home.moving.up}
          </button>
        </li>
      )}
      {problem !== null && <li className="px-3 py-3 text-soft">{problem}</li>}
      {folders?.length === 0 && <li className="px-3 py-3 text-soft">{t.home.moving.none}</li>}
      {folders?.map((one) => (
        <li key={one.path}>
          {/* A folder cannot go into itself. */}
          <button type="button" className={`${row} disabled:cursor-default disabled:text-soft`} disabled={one.path === without} onClick={() => onGo(one.path)}>
            <Folder size={16} aria-hidden className="shrink-0" />
            <span className="min-w-0 flex-1 wrap-anywhere">{one.name}</span>
            {one.path !== without && <ChevronRight size={15} aria-hidden className="shrink-0 text-soft" />}
          </button>
        </li>
      ))}
    </ul>
  );
}

/** Null while it is being read. */
type Read = { readonly folder: string; readonly folders: readonly HomeEntryView[] | null; readonly problem: string | null };

/** The folders of a folder; the server lists them first, a thousand entries at a time. */
function useFolders(folder: string): Read {
  const [read, setRead] = useState<Read>({ folder, folders: null, problem: null });
  useEffect(() => {
    const leaving = new AbortController();
    void api<{ items: readonly HomeEntryView[] }>("GET", routes.api.homeFiles(folder), undefined, leaving.signal).then((answer) => {
      if (leaving.signal.aborted) return;
      const found = answer.ok ? answer.value.items.filter((entry) => entry.kind === "folder") : null;
      setRead({ folder, folders: found, problem: answer.ok ? null : answer.problem.detail });
    });
    return () => leaving.abort();
  }, [folder]);
  return read.folder === folder ? read : { folder, folders: null, problem: null };
}

function namesOf(folder: string): readonly string[] {
  return folder === "" ? [] : folder.split("/");
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}
