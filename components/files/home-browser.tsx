"use client";
import { ArrowRight, Download, FolderPlus } from "lucide-react";
import Link from "next/link";
import { useEffect, useRef, useState } from "react";
import type { HomeEntryView } from "#lib/domain/home.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { EntryRow } from "./entry-row.tsx";
import { focusEntry, inFolder, type Said, useHomeActions } from "./home-actions.ts";
import { MoveDialog } from "./move-dialog.tsx";
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

/** One folder of one's own home, and all that can be done in it. */
export function HomeBrowser({ path, entries, next, hidden, projects }: Props) {
  const { queue } = useUploads();
  const [making, setMaking] = useState(false);
  const [moving, setMoving] = useState<HomeEntryView | null>(null);
  const { said, rename, move, remove, make } = useHomeActions(path, entries);
  const take = (files: readonly { file: File; path: string }[]) => queue.add(files.map((one) => ({ ...one, path: inFolder(path, one.path.normalize("NFC")) })));
  const over = useDrop(take);

  function closeMoving() {
    const path = moving?.path;
    setMoving(null);
    if (path !== undefined) requestAnimationFrame(() => focusEntry(path));
  }

  return (
    <div>
      <div className="flex flex-wrap gap-2 pt-4">
        <UploadButtons onChosen={take} />
        <button type="button" className="button" onClick={() => setMaking(true)} aria-expanded={making}>
          <FolderPlus size={15} aria-hidden />
          {t.home.newFolder}
        </button>
        {entries.length > 0 && (
          <a className="button button-quiet" href={routes.api.homeArchive(path)} download>
            <Download size={15} aria-hidden />
            {t.home.downloadFolder}
          </a>
        )}
      </div>
      {making && <NewFolder onMake={make} onDone={() => setMaking(false)} />}
      <UploadList />
      <Saying said={said} waits={moving !== null} />
      {moving && <MoveDialog entry={moving} onMove={move} onClose={closeMoving} />}
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
                onMove={setMoving}
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

/** What was done last, and the way back. The focus goes to "Undo": what had it is no longer there. */
function Saying({ said, waits }: { said: Said | null /** A dialog holds the focus. */; waits: boolean }) {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    // After a closing dialog has given the focus back.
    if (said?.undo && !waits) requestAnimationFrame(() => button.current?.focus());
  }, [said, waits]);
  return (
    <div role={said?.wrong ? "alert" : "status"}>
      {said && (
        <p className={`notice mt-4 ${said.wrong ? "notice-wrong" : ""}`}>
          <span className="min-w-0 wrap-anywhere">{said.words}</span>
          {said.undo && (
            <button ref={button} type="button" className="button button-small" onClick={() => void said.undo?.()}>
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

function pageAddress(path: string, hidden: boolean, after?: string): string {
  const query = new URLSearchParams({ ...(hidden ? { hidden: "true" } : {}), ...(after === undefined ? {} : { after }) }).toString();
  return query === "" ? routes.files(path) : `${routes.files(path)}?${query}`;
}
