"use client";
import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import type { ProjectProgress } from "#lib/domain/project.ts";
import { formatDuration } from "#lib/format.ts";
import { t } from "#lib/messages/en.ts";

type Progress = Omit<ProjectProgress, "startedAt"> & { /** Null where nobody counts yet. */ readonly startedAt: string | null };

/** How far something slow is: its phase, its percent where there is one, the time so far. Phases are spoken, the clock is not. */
export function Making({ progress }: { progress: Progress | null }) {
  const phase = progress?.phase ?? t.projects.creating;
  const percent = progress?.percent ?? null;
  return (
    <div>
      <div className="progress" aria-hidden>
        <span style={{ transform: `scaleX(${percent === null ? 0.02 : Math.max(0.02, percent / 100)})` }} />
      </div>
      <p className="mt-1 flex flex-wrap gap-x-2 text-soft tabular-nums">
        <span role="status">{phase}</span>
        {percent !== null && <span>{t.projects.percent(percent)}</span>}
        {progress?.startedAt && <Elapsed since={progress.startedAt} />}
      </p>
    </div>
  );
}

export function Elapsed({ since }: { since: string }) {
  const [now, setNow] = useState<number | null>(null);
  useEffect(() => {
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  if (now === null) return null;
  const wholeSeconds = Math.max(0, Math.round((now - Date.parse(since)) / 1000));
  return <span>{wholeSeconds < 60 ? `${wholeSeconds} s` : formatDuration(wholeSeconds * 1000)}</span>;
}

/** Has the server make the page anew while something on it goes on. Hidden tabs wait. */
export function KeepFresh({ everyMs = 1500 }: { everyMs?: number }) {
  const router = useRouter();
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") router.refresh();
    }, everyMs);
    return () => clearInterval(timer);
  }, [router, everyMs]);
  return null;
}
