"use client";
import { type ReactNode, useEffect, useId, useState } from "react";
import { t } from "#lib/messages/en.ts";
import { Outcome, useAction } from "./action-button.tsx";
import type { ActionOutcome } from "./action-outcome.ts";

type Props = {
  projectId: string;
  suggested: string;
  /** Whether there is something to save. What was joined stays in sight afterwards, when there is nothing any more. */
  changed: boolean;
  save: (given: { projectId: string; message: string }) => Promise<ActionOutcome>;
  children: ReactNode;
};

/** One line says what changed; suggested from what did, and kept when the server says no. */
export function SaveVersionForm({ projectId, suggested, changed, save, children }: Props) {
  const id = useId();
  const [message, setMessage] = useState<string | null>(null);
  const { busy, done, problem, fields, run } = useAction(save);
  useEffect(() => {
    if (done) setMessage(null);
  }, [done]);
  return (
    <div className="max-w-2xl">
      {changed && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            run({ projectId, message: message ?? suggested });
          }}
        >
          <label htmlFor={id} className="label">
            {t.projectFiles.changes.message}
          </label>
          <textarea
            id={id}
            rows={2}
            className="field mt-1"
            value={message ?? suggested}
            onChange={(event) => setMessage(event.target.value)}
            aria-describedby={`${id}-hint`}
            aria-invalid={fields.message !== undefined}
          />
          <p id={`${id}-hint`} className="hint mt-1">
            {t.projectFiles.changes.messageHint}
          </p>
          <div className="mt-3 flex flex-wrap items-start gap-2">
            <button type="submit" className="button button-primary" aria-disabled={busy}>
              {busy ? t.projectFiles.changes.saving : t.projectFiles.changes.save}
            </button>
            {children}
          </div>
        </form>
      )}
      <Outcome done={done} problem={problem} />
    </div>
  );
}
