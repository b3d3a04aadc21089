"use client";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Dialog } from "#components/layout/dialog.tsx";
import { MergeNotes } from "#components/project/merge-notes.tsx";
import type { PreparedCopy } from "#lib/domain/project.ts";
import { t } from "#lib/messages/en.ts";
import { bringIn, worthTelling } from "./bring-in.ts";
import { Elapsed } from "./elapsed.tsx";
import type { Bridge } from "./use-bridge.ts";

type Props = {
  projectId: string;
  behind: number;
  bridge: Bridge;
  /** What was joined already, when the lab opened. */
  joined: PreparedCopy | null;
  onClose: () => void;
};

/** Versions that were saved elsewhere since: what they are to one's own files, and afterwards what became of each. */
export function NewerDialog({ projectId, behind, bridge, joined, onClose }: Props) {
  const queries = useQueryClient();
  const [isJoining, setJoining] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [done, setDone] = useState(joined);
  async function join(): Promise<void> {
    if (isJoining) return;
    setRefusal(null);
    setJoining(true);
    const answer = await bringIn(projectId, bridge);
    setJoining(false);
    await queries.invalidateQueries({ queryKey: ["working-copy", projectId] });
    if (answer.ok) setDone(answer.value);
    else setRefusal(answer.problem.detail);
  }
  if (done) return <Joined done={done} onClose={onClose} />;
  return (
    <Dialog title={t.lab.behind(behind)} text={t.lab.newerText} onClose={onClose}>
      <p role="alert" className="wrap-anywhere text-wrong">
        {refusal}
      </p>
      <div className="mt-4 flex items-center justify-end gap-2">
        <p role="status" className="mr-auto text-soft">
          {isJoining && (
            <>
              {t.lab.joining} <Elapsed />
            </>
          )}
        </p>
        <button type="button" className="button" onClick={onClose}>
          {t.lab.later}
        </button>
        <button type="button" className="button button-primary" aria-disabled={isJoining} onClick={() => void join()}>
          {t.lab.bringIn}
        </button>
      </div>
    </Dialog>
  );
}

function Joined({ done, onClose }: { done: PreparedCopy; onClose: () => void }) {
  return (
    <Dialog title={t.lab.joinedTitle} text={done.base ? t.lab.joinedText(done.base.number) : t.lab.newerText} onClose={onClose}>
      <MergeNotes merged={worthTelling(done.merged)} leftOut={[]} />
      <div className="mt-4 flex justify-end">
        <button type="button" className="button button-primary" onClick={onClose}>
          {t.lab.close}
        </button>
      </div>
    </Dialog>
  );
}
