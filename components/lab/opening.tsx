"use client";
import type { LabProgress, LabView } from "#lib/domain/lab.ts";
import { labPhases } from "#lib/domain/lab.ts";
import { formatDuration } from "#lib/format.ts";
import { isOver } from "#lib/lab/lab-plan.ts";
import { t } from "#lib/messages/en.ts";
import { Elapsed } from "./elapsed.tsx";
import type { LabSession } from "./use-lab.ts";

/** Where the frame will stand: what goes on by name, for how long, and how long it takes usually. */
export function Opening({ session }: { session: LabSession }) {
  const { lab, problem, connection, start } = session;
  const reason = problem?.detail ?? endOf(lab);
  return (
    <div className="lab-opening">
      {reason !== null ? (
        <div role="alert">
          <h2 className="text-xl">{t.lab.refused}</h2>
          <p className="mt-2 mb-4 max-w-prose text-soft">{reason}</p>
          <button type="button" className="button button-primary" onClick={start}>
            {t.lab.tryAgain}
          </button>
        </div>
      ) : (
        <div>
          <h2 className="text-xl">{t.lab.opening}</h2>
          <ol className="mt-4 flex flex-col gap-1.5">
            {labPhases.map((phase) => (
              <Phase key={phase} phase={phase} current={lab?.phase ?? "queued"} progress={lab?.progress ?? null} />
            ))}
          </ol>
          <p className="mt-4 text-soft tabular-nums">
            <Elapsed since={lab ? Date.parse(lab.startedAt) : null} />
            {lab?.usualStartMs != null && lab.state !== "ready" && ` · ${t.lab.usual(formatDuration(lab.usualStartMs))}`}
          </p>
          <p className={connection === "there" ? "sr-only" : "mt-4 max-w-prose text-changed"} role="status">
            {connection === "there" ? t.lab.phases[lab?.phase ?? "queued"] : connection === "lost" ? t.lab.noAnswerYet : t.lab.signedOut}
          </p>
        </div>
      )}
    </div>
  );
}

function endOf(lab: LabView | null): string | null {
  if (!lab || !isOver(lab.state)) return null;
  return lab.error ?? (lab.stopReason ? t.lab.stopped[lab.stopReason] : t.lab.stopped.ended);
}

type Name = (typeof labPhases)[number];

function Phase({ phase, current, progress }: { phase: Name; current: Name; progress: LabProgress | null }) {
  const place = labPhases.indexOf(phase) - labPhases.indexOf(current);
  return (
    <li className={place === 0 ? "font-medium" : "text-soft"} aria-current={place === 0 ? "step" : undefined}>
      <span aria-hidden className="mr-2 inline-block w-4 text-center">
        {place < 0 ? "✓" : place === 0 ? "●" : "○"}
      </span>
      {t.lab.phases[phase]}
      {place === 0 && progress !== null && <span className="tabular-nums">{`: ${t.lab.filesDone(progress.done, progress.total)}`}</span>}
    </li>
  );
}
