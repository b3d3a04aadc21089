"use client";
import { useCallback, useEffect, useRef, useState } from "react";
import { api, type Problem } from "#components/api.ts";
import type { LabView } from "#lib/domain/lab.ts";
import { isOver, startsByItself } from "#lib/lab/lab-plan.ts";
import { routes } from "#lib/routes.ts";
import { type Connection, followLab, pause } from "./follow-lab.ts";

export type LabSession = {
  readonly lab: LabView | null;
  /** Why it could not be opened. */
  readonly problem: Problem | null;
  /** Set once: a frame that is loaded again would lose what is unsaved in it. */
  readonly frameUrl: string | null;
  /** Loaded out of sight, to let this browser in again while the frame stays: after another sign-in, say. */
  readonly passUrl: string | null;
  readonly connection: Connection;
  /** Ended without anybody's wish, and being started again. */
  readonly isComingBack: boolean;
  readonly isStopping: boolean;
  readonly start: () => void;
  readonly stop: () => Promise<void>;
  readonly keep: () => Promise<void>;
};

/** While the server itself starts again, it refuses for some seconds; asking goes on that long. */
const patienceMs = 120_000;

/** One lab in this page: opened, followed, let in once, and started again under the same address when it ends by accident. */
export function useLab(projectId: string, firstPath: string): LabSession {
  const [lab, setLab] = useState<LabView | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [frameUrl, setFrameUrl] = useState<string | null>(null);
  const [passUrl, setPassUrl] = useState<string | null>(null);
  const [connection, setConnection] = useState<Connection>("there");
  const [isComingBack, setComingBack] = useState(false);
  const [isStopping, setStopping] = useState(false);
  const going = useRef<AbortController | null>(null);
  const past = useRef({ wasReady: false, restarts: [] as number[] });

  const begin = useCallback(
    async (isRestart: boolean) => {
      going.current?.abort();
      const controller = new AbortController();
      going.current = controller;
      const { signal } = controller;
      setProblem(null);
      setStopping(false);
      setComingBack(isRestart);
      const opened = await open(projectId, isRestart, signal);
      if (signal.aborted) return;
      if (!opened.ok) {
        setComingBack(false);
        setProblem(opened.problem);
        return;
      }
      const see = (now: LabView) => {
        setLab(now);
        if (now.state === "ready") {
          past.current.wasReady = true;
          setComingBack(false);
        }
        if (!isOver(now.state)) return;
        setStopping(false);
        if (startsByItself(now, past.current.wasReady, past.current.restarts, Date.now())) {
          past.current.restarts.push(Date.now());
          void begin(true);
        } else setComingBack(false);
      };
      setLab(opened.value);
      await followLab(opened.value.id, signal, { onLab: see, onConnection: setConnection });
    },
    [projectId],
  );

  useEffect(() => {
    void begin(false);
    return () => going.current?.abort();
  }, [begin]);

  const id = lab?.id ?? null;
  const isReady = lab?.state === "ready";
  const isThere = isReady && connection === "there";
  const hasFrame = useRef(false);
  useEffect(() => {
    if (id === null || !isThere) return;
    const controller = new AbortController();
    const next = hasFrame.current ? "api/status" : firstPath;
    void api<{ url: string }>("POST", routes.api.sessionTickets(id), { next }, controller.signal).then((ticket) => {
      if (controller.signal.aborted) return;
      if (!ticket.ok) setProblem(ticket.problem);
      else if (hasFrame.current) setPassUrl(ticket.value.url);
      else {
        hasFrame.current = true;
        setFrameUrl(ticket.value.url);
      }
    });
    return () => controller.abort();
  }, [id, isThere, firstPath]);

  const stop = useCallback(async () => {
    if (id === null) return;
    setStopping(true);
    const answer = await api("DELETE", routes.api.session(id));
    if (!answer.ok) setStopping(false);
  }, [id]);
  const keep = useCallback(async () => {
    if (id !== null) await api("POST", routes.api.sessionKeep(id), {});
  }, [id]);
  const start = useCallback(() => void begin(past.current.wasReady), [begin]);
  return { lab, problem, frameUrl, passUrl, connection, isComingBack, isStopping, start, stop, keep };
}

/** A refusal is final; silence is asked again while the server may be on its way back. */
async function open(projectId: string, isPatient: boolean, signal: AbortSignal): ReturnType<typeof api<LabView>> {
  const until = Date.now() + patienceMs;
  for (;;) {
    const answer = await api<LabView>("POST", routes.api.projectLab(projectId), {}, signal);
    const mayPass = !answer.ok && (answer.problem.status === 0 || answer.problem.status === 502 || answer.problem.status === 503);
    if (!mayPass || !isPatient || signal.aborted || Date.now() > until) return answer;
    await pause(2000, signal);
  }
}
