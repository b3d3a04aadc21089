"use client";
import { ArrowRight, FolderPlus } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useEffect, useRef, useState } from "react";
import { api } from "#components/api.ts";
import type { HomeEntryView, TrashedEntryView } from "#lib/domain/home.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { EntryRow } from "./entry-row.tsx";
import { NewFolder } from "./new-folder.tsx";
import { UploadButtons, useDrop } from "./take-files.tsx";
import { UploadList } from "./upload-list.tsx";
import { useUploads } from "./uploads.tsx";

type Props = {
  path: string;
  entries: readonly HomeEntryView[];
  next: string | null;
  hidden: boolean;
  /** Folder → the project whose working copy it is. */
  projects: Readonly<Record<string, { slug: string; title: string }>>;
};
type Said = { readonly words: string; readonly undo?: TrashedEntryView; readonly wrong?: boolean };

/** One folder of one's own home, and all that can be done in it. */
export function HomeBrowser({ path, entries, next, hidden, projects }: Props) {
  const router = useRouter();
  const { queue } = useUploads();
  const [said, setSaid] = useState<Said | null>(null);
  const [making, setMaking] = useState(false);
  const focusOn = useFocusOnEntry(entries);
  const take = (files: readonly { file: File; path: string }[]) => queue.add(files.map((one) => ({ ...one, path: inFolder(path, one.path.normalize("NFC")) })));
  const over = useDrop(take);

  async function rename(entry: HomeEntryView, name: string): Promise<string | null> {
    const answer = await api("POST", routes.api.homeFile(entry.path), { action: "move", to: inFolder(path, name) });
    if (!answer.ok) return answer.problem.detail;
    setSaid({ words: t.home.renamed(name) });
    focusOn(inFolder(path, name));
    router.refresh();
    return null;
  }

  async function remove(entry: HomeEntryView) {
    const answer = await api<TrashedEntryView>("DELETE", routes.api.homeFile(entry.path));
    setSaid(answer.ok ? { words: t.home.trashed(entry.name), undo: answer.value } : { words: answer.problem.detail, wrong: true });
    router.refresh();
  }

  async function undo(trashed: TrashedEntryView) {
    const answer = await api<HomeEntryView>("POST", routes.api.trashed(trashed.id));
    setSaid(answer.ok ? { words: t.home.undone(answer.value.name) } : { words: answer.problem.detail, wrong: true });
    if (answer.ok) focusOn(answer.value.path);
    router.refresh();
  }

  async function make(name: string): Promise<string | null> {
    const answer = await api("POST", routes.api.homeFile(inFolder(path, name)), { action: "make-folder" });
    if (!answer.ok) return answer.problem.detail;
    setMaking(false);
    setSaid({ words: t.home.made(name) });
    focusOn(inFolder(path, name));
    router.refresh();
    return null;
  }

  return (
    <div>
      <div className="flex flex-wrap gap-2 pt-4">
        <UploadButtons onChosen={take} />
        <button type="button" className="button" onClick={() => setMaking(true)} aria-expanded={making}>
          <FolderPlus size={15} aria-hidden />
          {t.home.newFolder}
        </button>
      </div>
      {making && <NewFolder onMake={make} onCancel={() => setMaking(false)} />}
      <UploadList />
      <Saying said={said} onUndo={(trashed) => void undo(trashed)} />
      {entries.length === 0 ? (
        <EmptyFolder path={path} />
      ) : (
        <table className="files home-files mt-3">
          <thead>
            <tr>
              <th scope="col">{t.home.name}</th>
              <th scope="col" className="home-wide">
                {t.home.size}
              </th>
              <th scope="col" className="home-wide">
                {t.home.changed}
              </th>
              <th scope="col">
                <span className="sr-only">{t.home.actions}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {entries.map((entry) => (
              <EntryRow
                key={entry.path}
                entry={entry}
                hint={path === "" ? t.home.hints[entry.name] : undefined}
                project={projects[entry.name]}
                onRename={rename}
                onRemove={(one) => void remove(one)}
              />
            ))}
          </tbody>
        </table>
      )}
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 pt-3">
        {next && (
          <Link className="button" href={pageAddress(path, hidden, next)} prefetch={false}>
            {t.home.more}
            <ArrowRight size={15} aria-hidden />
          </Link>
        )}
        <Link className="link hint" href={pageAddress(path, !hidden)} prefetch={false}>
          {hidden ? t.home.hideHidden : t.home.showHidden}
        </Link>
        {entries.length > 0 && <p className="hint max-sm:hidden">{t.home.keys}</p>}
      </div>
      {over && (
        <div className="drop-cover" aria-hidden>
          <p className="font-serif text-lg">{t.home.drop}</p>
        </div>
      )}
    </div>
  );
}

/** The focus follows what was renamed, made or brought back, as soon as the list shows it. */
function useFocusOnEntry(entries: readonly HomeEntryView[]): (path: string) => void {
  const wanted = useRef<string | null>(null);
  useEffect(() => {
    if (wanted.current === null || !entries.some((entry) => entry.path === wanted.current)) return;
    document.querySelector<HTMLElement>(`[data-entry="${CSS.escape(wanted.current)}"]`)?.focus();
    wanted.current = null;
  }, [entries]);
  return (path) => {
    wanted.current = path;
  };
}

/** What was done last, and the way back. The focus goes to "Undo": what had it is no longer there. */
function Saying({ said, onUndo }: { said: Said | null; onUndo: (trashed: TrashedEntryView) => void }) {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (said?.undo) button.current?.focus();
  }, [said]);
  return (
    <div role={said?.wrong ? "alert" : "status"}>
      {said && (
        <p className={`notice mt-4 ${said.wrong ? "notice-wrong" : ""}`}>
          <span className="min-w-0 wrap-anywhere">{said.words}</span>
          {said.undo && (
            <button ref={button} type="button" className="button button-small" onClick={() => said.undo && onUndo(said.undo)}>
              {t.home.undo}
            </button>
          )}
        </p>
      )}
    </div>
  );
}

function EmptyFolder({ path }: { path: string }) {
  const hint = path === "runs" ? t.home.emptyRuns : path === "projects" ? t.home.emptyProjects : t.home.emptyHint;
  return (
    <div className="mt-4 border-y border-line py-12 text-center">
      <p className="font-serif text-xl font-semibold">{t.home.emptyFolder}</p>
      <p className="mx-auto mt-2 max-w-prose font-serif text-base text-soft">{hint}</p>
    </div>
  );
}

function inFolder(folder: string, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}

function pageAddress(path: string, hidden: boolean, after?: string): string {
  const query = new URLSearchParams({ ...(hidden ? { hidden: "true" } : {}), ...(after === undefined ? {} : { after }) }).toString();
  return query === "" ? routes.files(path) : `${routes.files(path)}?${query}`;
}
