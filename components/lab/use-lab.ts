"use client";
import { useCallback, useEffect, useRef, useState } from "react";
import { api, type Problem } from "#components/api.ts";
import { pause } from "#components/pause.ts";
import type { LabStopReason, LabView } from "#lib/domain/lab.ts";
import type { PreparedCopy } from "#lib/domain/project.ts";
import { isOver, startsByItself } from "#lib/lab/lab-plan.ts";
import { routes } from "#lib/routes.ts";
import { joinBeforeOpening } from "./bring-in.ts";
import { type Connection, followLab } from "./follow-lab.ts";

export type LabSession = {
  readonly lab: LabView | null;
  /** Why it could not be opened. */
  readonly problem: Problem | null;
  /** Set once: a frame that is loaded again would lose what is unsaved in it. */
  readonly frameUrl: string | null;
  /** Loaded out of sight, to let this browser in again while the frame stays: after another sign-in, say. */
  readonly passUrl: string | null;
  readonly connection: Connection;
  /** Being started again: because somebody asked, or for what ended it without anybody's wish. */
  readonly comingBack: "asked" | LabStopReason | null;
  readonly isStopping: boolean;
  /** What was brought together with newer versions when the lab opened, until it was read. */
  readonly joined: PreparedCopy | null;
  readonly forgetJoined: () => void;
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
  const [comingBack, setComingBack] = useState<LabSession["comingBack"]>(null);
  const [isStopping, setStopping] = useState(false);
  const [joined, setJoined] = useState<PreparedCopy | null>(null);
  const going = useRef<AbortController | null>(null);
  const past = useRef({ wasReady: false, restarts: [] as number[] });

  const begin = useCallback(
    async (again: LabSession["comingBack"]) => {
      going.current?.abort();
      const controller = new AbortController();
      going.current = controller;
      const { signal } = controller;
      setProblem(null);
      setStopping(false);
      setComingBack(again);
      if (again === null) {
        const news = await joinBeforeOpening(projectId, signal);
        if (news) setJoined(news);
      }
      const opened = await open(projectId, signal, () => setConnection("lost"));
      if (signal.aborted) return;
      setConnection("there");
      if (!opened.ok) {
        setComingBack(null);
        setProblem(opened.problem);
        return;
      }
      const see = (now: LabView) => {
        setLab(now);
        if (now.state === "ready") {
          past.current.wasReady = true;
          setComingBack(null);
        }
        if (!isOver(now.state)) return;
        setStopping(false);
        if (startsByItself(now, past.current.wasReady, past.current.restarts, Date.now())) {
          past.current.restarts.push(Date.now());
          void begin(now.stopReason ?? "ended");
        } else setComingBack(null);
      };
      setLab(opened.value);
      await followLab(opened.value.id, signal, { onLab: see, onConnection: setConnection });
    },
    [projectId],
  );

  useEffect(() => {
    void begin(null);
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
  const forgetJoined = useCallback(() => setJoined(null), []);
  const start = useCallback(() => void begin(past.current.wasReady ? "asked" : null), [begin]);
  return { lab, problem, frameUrl, passUrl, connection, comingBack, isStopping, joined, forgetJoined, start, stop, keep };
}

/** A refusal is final; silence, and a server that says that it is on its way back, are asked again. */
async function open(projectId: string, signal: AbortSignal, onWaiting: () => void): ReturnType<typeof api<LabView>> {
  const until = Date.now() + patienceMs;
  for (;;) {
    const answer = await api<LabView>("POST", routes.api.projectLab(projectId), {}, signal);
    if (answer.ok || signal.aborted || Date.now() > until || !mayPass(answer.problem)) return answer;
    onWaiting();
    await pause(2000, signal);
  }
}

function mayPass({ status, retryAfterSeconds }: Problem): boolean {
  return status === 0 || status === 502 || (status === 503 && retryAfterSeconds !== null);
}
