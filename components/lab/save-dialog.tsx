"use client";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useRef, useState } from "react";
import type { Problem } from "#components/api.ts";
import { Dialog } from "#components/layout/dialog.tsx";
import { ChangeMark } from "#components/project/file-changes.tsx";
import { MergeNotes } from "#components/project/merge-notes.tsx";
import { TooLarge } from "#components/project/too-large.tsx";
import type { SavedVersion, WorkingCopyView } from "#lib/domain/project.ts";
import { t } from "#lib/messages/en.ts";
import { Elapsed } from "./elapsed.tsx";
import { type SavePhase, saveVersion } from "./save-version.ts";
import type { Bridge } from "./use-bridge.ts";

type Props = { projectId: string; copy: WorkingCopyView | null; bridge: Bridge; onClose: () => void };

const listed = 12;

/** What changed, in a sentence that is suggested; open documents are saved first. */
export function SaveDialog({ projectId, copy, bridge, onClose }: Props) {
  const queries = useQueryClient();
  const [message, setMessage] = useState<string | null>(null);
  const [phase, setPhase] = useState<SavePhase | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [saved, setSaved] = useState<SavedVersion | null>(null);

  useFreshLook(projectId, bridge);

  async function save(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (phase !== null) return;
    setProblem(null);
    // Left as suggested, the words are found for what the files are then.
    const answer = await saveVersion(projectId, message ?? "", bridge, setPhase);
    setPhase(null);
    void queries.invalidateQueries({ queryKey: ["working-copy", projectId] });
    if (!answer.ok) setProblem(answer.problem);
    else if (answer.value.merged.length + answer.value.leftOut.length === 0) onClose();
    else setSaved(answer.value);
  }

  if (saved) return <Saved saved={saved} onClose={onClose} />;
  return (
    <Dialog title={t.lab.saveTitle} text={t.lab.saveText} onClose={onClose}>
      <form onSubmit={(event) => void save(event)}>
        <label className="label" htmlFor="version-message">
          {t.lab.message}
        </label>
        <textarea
          id="version-message"
          className="field mt-1"
          rows={2}
          value={message ?? copy?.suggestedMessage ?? ""}
          onChange={(event) => setMessage(event.target.value)}
          aria-describedby="version-hint"
          aria-invalid={problem?.fields.message !== undefined}
        />
        <p id="version-hint" className="hint mt-1 mb-3">
          {problem?.fields.message ?? t.lab.messageHint}
        </p>
        <Changes copy={copy} unsaved={bridge.unsaved} />
        {copy && <TooLarge files={copy.tooLarge} />}
        <p role="alert" className="wrap-anywhere text-wrong">
          {problem?.detail}
        </p>
        <div className="mt-4 flex items-center justify-end gap-2">
          <p role="status" className="mr-auto text-soft">
            {phase !== null && (
              <>
                {phase === "documents" ? t.lab.savingDocuments : t.lab.savingVersion} <Elapsed key={phase} />
              </>
            )}
          </p>
          <button type="button" className="button" onClick={onClose}>
            {t.lab.cancel}
          </button>
          <button type="submit" className="button button-primary" aria-disabled={phase !== null}>
            {t.lab.saveNow}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** What is suggested speaks of what stands in the documents now: they are saved, and the files looked at. */
function useFreshLook(projectId: string, { isThere, send, unsaved }: Bridge): void {
  const queries = useQueryClient();
  const hasUnsaved = useRef(isThere && unsaved.length > 0);
  useEffect(() => {
    const saved = hasUnsaved.current ? send({ type: "save-all" }) : Promise.resolve(true);
    void saved.then(() => queries.invalidateQueries({ queryKey: ["working-copy", projectId] }));
  }, [projectId, send, queries]);
}

function Saved({ saved, onClose }: { saved: SavedVersion; onClose: () => void }) {
  return (
    <Dialog title={t.lab.versionSaved(saved.version.number)} text={saved.version.message} onClose={onClose}>
      <MergeNotes merged={saved.merged} leftOut={saved.leftOut} />
      <div className="mt-4 flex justify-end">
        <button type="button" className="button button-primary" onClick={onClose}>
          {t.lab.close}
        </button>
      </div>
    </Dialog>
  );
}

function Changes({ copy, unsaved }: { copy: WorkingCopyView | null; unsaved: readonly string[] }) {
  const unsavedWords = unsaved.length > 0 && <p className="mb-2 text-soft">{t.lab.unsavedInMany(unsaved.length)}</p>;
  if (!copy || copy.changeCount === 0) return unsavedWords || <p className="mb-2 text-soft">{copy ? t.lab.noChanges : t.lab.looking}</p>;
  return (
    <section className="mb-3" aria-label={t.lab.changes(copy.changeCount)}>
      {unsavedWords}
      <p className="label">{t.lab.changes(copy.changeCount)}</p>
      <ul className="mt-1 max-h-48 overflow-y-auto">
        {copy.changes.slice(0, listed).map((change) => (
          <li key={change.path} className="flex items-baseline gap-2 py-0.5 wrap-anywhere">
            <ChangeMark kind={change.kind} />
            <span>
              {change.path}
              {change.from && <span className="text-soft"> {t.lab.movedFrom(change.from)}</span>}
            </span>
          </li>
        ))}
      </ul>
      {copy.changeCount > listed && <p className="text-soft">{t.lab.moreChanges(copy.changeCount - listed)}</p>}
    </section>
  );
}
