"use client";
import type { LabView } from "#lib/domain/lab.ts";
import { routes } from "#lib/routes.ts";

const longestPauseMs = 5000;

type Told = { readonly onLab: (lab: LabView) => void; readonly onConnection: (isThere: boolean) => void };

/** Tells every change of a lab until `signal` ends it, through as many connections as it takes. */
export async function followLab(id: string, signal: AbortSignal, told: Told): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    const ended = await listen(id, signal, (lab) => {
      failures = 0;
      told.onConnection(true);
      told.onLab(lab);
    });
    if (signal.aborted || ended) return;
    failures++;
    // The first time it may have been the proxy in between, which cuts what is silent for long.
    if (failures > 1) told.onConnection(false);
    await pause(Math.min(longestPauseMs, 250 * 2 ** failures), signal);
  }
}

/** True when the server said that nothing more will come. */
function listen(id: string, signal: AbortSignal, onLab: (lab: LabView) => void): Promise<boolean> {
  return new Promise((resolve) => {
    const source = new EventSource(routes.api.sessionEvents(id));
    const finish = (ended: boolean) => {
      source.close();
      resolve(ended);
    };
    signal.addEventListener("abort", () => finish(false), { once: true });
    source.onmessage = (message: MessageEvent<string>) => onLab(JSON.parse(message.data) as LabView);
    source.addEventListener("end", () => finish(true));
    source.onerror = () => finish(false);
    window.addEventListener("offline", () => finish(false), { once: true, signal });
  });
}

/** Ends early when the network comes back. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      window.removeEventListener("online", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    window.addEventListener("online", done);
    signal.addEventListener("abort", done, { once: true });
  });
}
