"use client";
import { X } from "lucide-react";
import { useState } from "react";
import type { LabView } from "#lib/domain/lab.ts";
import { formatDuration } from "#lib/format.ts";
import { isOver } from "#lib/lab/lab-plan.ts";
import { t } from "#lib/messages/en.ts";
import type { LabSession } from "./use-lab.ts";
import { useNow } from "./use-now.ts";

type Props = { session: LabSession; unsaved: number };
type Words = { readonly text: string; readonly isWrong: boolean };

/** What has become of the lab under an open page, said calmly above it; the page below is never taken away. */
export function LabNotice({ session, unsaved }: Props) {
  const { lab, comingBack, problem, start, keep } = session;
  const [read, setRead] = useState<string | null>(null);
  const isIdle = lab?.state === "ready" && lab.stopsAt !== null && session.connection === "there";
  const words = wordsFor(session, unsaved > 0);
  if (words === null || words.text === read) return isIdle ? <Countdown lab={lab} onKeep={() => void keep()} /> : null;
  const canStart = comingBack === null && ((lab !== null && isOver(lab.state)) || problem !== null);
  return (
    <div className={words.isWrong ? "lab-notice notice notice-wrong" : "lab-notice notice notice-changed"} role="status">
      <p className="min-w-0 flex-1">{words.text}</p>
      {canStart && (
        <button type="button" className="button button-small" onClick={start}>
          {t.lab.start}
        </button>
      )}
      {lab?.state === "ready" && words.text === lab.error && (
        <button type="button" className="icon-button" aria-label={t.lab.close} onClick={() => setRead(words.text)}>
          <X size={15} aria-hidden />
        </button>
      )}
    </div>
  );
}

/** Seconds are not read out: only that it begins. */
function Countdown({ lab, onKeep }: { lab: LabView; onKeep: () => void }) {
  const now = useNow(1000);
  return (
    <div className="lab-notice notice notice-changed">
      <p className="min-w-0 flex-1">
        <span role="status">{t.lab.idle}</span>{" "}
        <span className="font-medium tabular-nums">{t.lab.stopsIn(formatDuration(Math.max(0, Date.parse(lab.stopsAt ?? "") - now)))}.</span>
      </p>
      <button type="button" className="button button-small" onClick={onKeep}>
        {t.lab.keepOpen}
      </button>
    </div>
  );
}

function wordsFor({ lab, comingBack, connection, isStopping, problem }: LabSession, hasUnsaved: boolean): Words | null {
  const kept = hasUnsaved ? ` ${t.lab.keptBelow}` : "";
  const stillThere = hasUnsaved ? ` ${t.lab.stillThere}` : "";
  if (connection === "signed out") return calm(t.lab.signedOut);
  if (comingBack === "asked") return calm(`${t.lab.startingAgain}${stillThere}`);
  if (comingBack) return calm(`${t.lab.stopped[comingBack]} ${t.lab.startingIt}${stillThere}`);
  if (problem) return { text: `${problem.detail}${kept}`, isWrong: true };
  if (connection === "lost") return calm(t.lab.connectionLost);
  if (lab === null) return null;
  if (isStopping || lab.state === "stopping") return calm(t.lab.stopping);
  if (isOver(lab.state)) return { text: `${endOf(lab)}${kept}`, isWrong: lab.state === "failed" };
  if (lab.state !== "ready") return calm(`${t.lab.phases[lab.phase]}…`);
  return lab.error === null ? null : { text: lab.error, isWrong: true };
}

function endOf(lab: LabView): string {
  if (lab.state === "failed") return lab.error ?? t.lab.stopped.ended;
  return t.lab.stopped[lab.stopReason ?? "ended"];
}

function calm(text: string): Words {
  return { text, isWrong: false };
}
