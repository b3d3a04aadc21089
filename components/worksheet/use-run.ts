"use client";
import { useCallback, useEffect, useReducer, useRef } from "react";
import { api, type Problem } from "#components/api.ts";
import { pause } from "#components/pause.ts";
import type { RunEvent } from "#lib/domain/run.ts";
import { isFinal } from "#lib/domain/run.ts";
import type { RunView } from "#lib/domain/worksheet.ts";
import { emptySession, type RunSession, reduceSession, type SessionAction } from "#lib/form/run-session.ts";
import { routes } from "#lib/routes.ts";

export type Started = { readonly id: string; readonly claimUrl: string | null };
type Controls = {
  readonly session: RunSession;
  readonly start: (values: unknown, fresh: boolean) => Promise<{ started: Started } | { problem: Problem }>;
  /** Shows a run of before: its end, or its going on. */
  readonly open: (id: string) => Promise<boolean>;
  readonly stop: () => Promise<void>;
  readonly close: () => void;
};

const longestPauseMs = 5000;

/** One run in this page: asked for, followed by server-sent events, found again after the network was away. */
export function useRun(worksheetId: string, initial: RunView | null = null): Controls {
  const [session, dispatch] = useReducer(reduceSession, initial, (run) => (run ? reduceSession(emptySession, { type: "opened", run }) : emptySession));
  const follower = useRef<AbortController | null>(null);

  const follow = useCallback((id: string, after: number) => {
    follower.current?.abort();
    const controller = new AbortController();
    follower.current = controller;
    void followRun(id, after, controller.signal, dispatch);
  }, []);

  useEffect(() => {
    if (initial && !isFinal(initial.state)) follow(initial.id, initial.lastEvent);
    return () => follower.current?.abort();
  }, [initial, follow]);

  const open = useCallback(
    async (id: string, isAnswer = false) => {
      const answer = await api<RunView>("GET", routes.api.run(id));
      if (!answer.ok) return false;
      const { cachedFrom, finishedAt } = answer.value;
      // Who asks what they have the answer to gets that run again: an earlier one all the same.
      const earlier = isAnswer && cachedFrom === null && finishedAt !== null ? { id, finishedAt } : cachedFrom;
      dispatch({ type: "opened", run: { ...answer.value, cachedFrom: earlier } });
      if (!isFinal(answer.value.state)) follow(id, answer.value.lastEvent);
      return true;
    },
    [follow],
  );

  const start = useCallback(
    async (values: unknown, fresh: boolean) => {
      follower.current?.abort();
      dispatch({ type: "sending", at: Date.now() });
      const answer = await api<{ id: string; claimUrl: string | null; cached?: boolean }>("POST", routes.api.worksheetRuns(worksheetId), { values, fresh });
      if (!answer.ok) {
        dispatch({ type: "refused" });
        return { problem: answer.problem };
      }
      dispatch({ type: "accepted", id: answer.value.id, claimUrl: answer.value.claimUrl ?? null });
      if (answer.value.cached) await open(answer.value.id, true);
      else follow(answer.value.id, 0);
      return { started: { id: answer.value.id, claimUrl: answer.value.claimUrl ?? null } };
    },
    [worksheetId, follow, open],
  );

  const stop = useCallback(async () => {
    if (!session.runId) return;
    dispatch({ type: "stopping" });
    await api("DELETE", routes.api.run(session.runId));
  }, [session.runId]);

  const close = useCallback(() => {
    follower.current?.abort();
    dispatch({ type: "closed" });
  }, []);

  return { session, start, open, stop, close };
}

/** Follows until the run is final, through as many connections as it takes; then reads the run as it is stored. */
async function followRun(id: string, after: number, signal: AbortSignal, dispatch: (action: SessionAction) => void): Promise<void> {
  let last = after;
  let failures = 0;
  while (!signal.aborted) {
    const ended = await listen(`${routes.api.runEvents(id)}?after=${last}`, signal, (seq, event) => {
      last = seq;
      failures = 0;
      dispatch({ type: "event", seq, event });
    });
    if (signal.aborted) return;
    const answer = ended || failures > 0 ? await api<RunView>("GET", routes.api.run(id), undefined, signal) : null;
    if (signal.aborted) return;
    if (answer?.ok && isFinal(answer.value.state)) return dispatch({ type: "finished", run: answer.value });
    if (answer && !answer.ok && answer.problem.status === 404) return dispatch({ type: "vanished" });
    dispatch({ type: "disconnected" });
    await pause(Math.min(longestPauseMs, 250 * 2 ** failures++), signal);
  }
}

/** True when the server said that nothing more will come. */
function listen(address: string, signal: AbortSignal, tell: (seq: number, event: RunEvent) => void): Promise<boolean> {
  return new Promise((resolve) => {
    const source = new EventSource(address);
    const finish = (ended: boolean) => {
      source.close();
      resolve(ended);
    };
    signal.addEventListener("abort", () => finish(false), { once: true });
    source.onmessage = (message: MessageEvent<string>) => tell(Number(message.lastEventId), JSON.parse(message.data) as RunEvent);
    source.addEventListener("end", () => finish(true));
    source.onerror = () => finish(false);
    // A stream that lost its network may stay silent for minutes before it is told.
    window.addEventListener("offline", () => finish(false), { once: true, signal });
  });
}
