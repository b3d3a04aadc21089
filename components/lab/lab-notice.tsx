"use client";
import { isOver } from "#lib/lab/lab-plan.ts";
import { t } from "#lib/messages/en.ts";
import type { LabSession } from "./use-lab.ts";

/** What has become of the lab under an open page, said calmly above it; the page below is never taken away. */
export function LabNotice({ session }: { session: LabSession }) {
  const { lab, isComingBack, connection, problem, start } = session;
  const words = wordsFor(session);
  if (words === null) return null;
  const canStart = !isComingBack && ((lab !== null && isOver(lab.state)) || problem !== null);
  return (
    <div className={isComingBack || connection !== "there" ? "notice notice-changed rounded-none" : "notice notice-wrong rounded-none"} role="status">
      <p className="min-w-0 flex-1">{words}</p>
      {canStart && (
        <button type="button" className="button button-small" onClick={start}>
          {t.lab.start}
        </button>
      )}
    </div>
  );
}

function wordsFor({ lab, isComingBack, connection, isStopping, problem }: LabSession): string | null {
  if (isComingBack) return `${lab?.stopReason ? t.lab.stopped[lab.stopReason] : t.lab.stopped.ended} ${t.lab.comingBack}`;
  if (problem) return `${problem.detail} ${t.lab.keptBelow}`;
  if (connection === "signed out") return t.lab.signedOut;
  if (connection === "lost") return t.lab.connectionLost;
  if (isStopping || lab?.state === "stopping") return t.lab.stopping;
  if (lab && isOver(lab.state)) return `${lab.error ?? t.lab.stopped[lab.stopReason ?? "ended"]} ${t.lab.keptBelow}`;
  return lab && lab.state !== "ready" ? `${t.lab.phases[lab.phase]}…` : null;
}
