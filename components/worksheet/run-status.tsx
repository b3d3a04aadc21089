"use client";
import { type ReactNode, useEffect, useState } from "react";
import type { RunSession } from "#lib/form/run-session.ts";
import { formatDuration } from "#lib/format.ts";
import { t } from "#lib/messages/en.ts";

type Props = { session: RunSession; busy: boolean; usualDurationMs: number | null; problem: string | null; children?: ReactNode };

/** The phase by name, how long it has taken, the place in the notebook. Its room is there before it is needed. */
export function RunStatus({ session, busy, usualDurationMs, problem, children }: Props) {
  const phase = problem ?? phaseOf(session);
  const progress = session.of ? (session.cell ?? 0) / session.of : session.state === "done" ? 1 : 0;
  return (
    <div>
      <div className="progress mt-2" data-idle={!busy}>
        <span style={{ transform: `scaleX(${busy ? Math.max(0.02, progress) : 0})` }} />
      </div>
      <div className="run-status flex items-start justify-between gap-2">
        <div className="min-w-0">
          <p className={problem ? "text-wrong" : session.state === "failed" ? "text-wrong" : ""}>
            {phase}
            {busy && session.state === "running" && session.cell !== null && session.of !== null && ` · ${t.phase.cell(session.cell, session.of)}`}
          </p>
          {busy && session.startedAt !== null && (
            <p>
              <Elapsed since={session.startedAt} />
              {usualDurationMs !== null && ` · ${t.worksheet.usual(formatDuration(usualDurationMs))}`}
            </p>
          )}
          {!busy && !problem && session.state === "none" && usualDurationMs !== null && <p>{t.worksheet.usual(formatDuration(usualDurationMs))}</p>}
        </div>
        {children}
      </div>
      {/* Phases are spoken, the running clock is not. */}
      <p className="sr-only" role="status" aria-live="polite">
        {problem ?? spoken(session, phase)}
      </p>
    </div>
  );
}

/** Whoever does not see the notice beside the results hears it. */
function spoken(session: RunSession, phase: string): string {
  if (!session.connected) return t.worksheet.reconnecting;
  if (session.state === "lost") return t.worksheet.lost;
  if (session.error === null) return phase;
  const reason = session.error.message.replace(/[^.!?]$/, "$&.");
  return `${phase}. ${reason} ${t.errorHelp[session.error.kind]}`.trim();
}

function phaseOf(session: RunSession): string {
  switch (session.state) {
    case "none":
      return "";
    case "sending":
      return t.phase.sending;
    case "queued":
      return session.phase ?? t.phase.queued(session.position ?? 0);
    case "starting":
    case "running":
      return session.phase ?? t.phase[session.state];
    case "done":
      return doneWords(session);
    case "failed":
    case "cancelled":
    case "lost":
      return t.phase[session.state];
  }
}

function doneWords({ run }: RunSession): string {
  if (!run) return t.phase.done;
  if (run.cachedFrom) return t.phase.doneCached;
  const took = run.record?.durationMs.cells;
  return took === undefined ? t.phase.done : t.phase.doneIn(formatDuration(took));
}

function Elapsed({ since }: { since: number }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 100);
    return () => clearInterval(timer);
  }, []);
  return <span>{formatDuration(now - since)}</span>;
}
