"use client";
import { api } from "#components/api.ts";
import { pause } from "#components/pause.ts";
import type { LabView } from "#lib/domain/lab.ts";
import type { MeView } from "#lib/domain/me.ts";
import { routes } from "#lib/routes.ts";

const longestPauseMs = 5000;

/** "signed out": the server answers, but no longer to this browser. */
export type Connection = "there" | "lost" | "signed out";
type Told = { readonly onLab: (lab: LabView) => void; readonly onConnection: (connection: Connection) => void };

/** Tells every change of a lab until `signal` ends it, through as many connections as it takes. */
export async function followLab(id: string, signal: AbortSignal, told: Told): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    await listen(id, signal, (lab) => {
      failures = 0;
      told.onConnection("there");
      told.onLab(lab);
    });
    if (signal.aborted) return;
    failures++;
    // The first time it may have been the proxy in between, which cuts what is silent for long.
    if (failures > 1) told.onConnection(await whyNot(signal));
    await pause(Math.min(longestPauseMs, 250 * 2 ** failures), signal);
  }
}

async function whyNot(signal: AbortSignal): Promise<Connection> {
  const me = await api<MeView>("GET", routes.api.me(), undefined, signal);
  return me.ok && me.value.person === null ? "signed out" : "lost";
}

/** Resolves when the connection has ended, whoever ended it. */
function listen(id: string, signal: AbortSignal, onLab: (lab: LabView) => void): Promise<void> {
  return new Promise((resolve) => {
    const source = new EventSource(routes.api.sessionEvents(id));
    const finish = () => {
      source.close();
      resolve();
    };
    signal.addEventListener("abort", finish, { once: true });
    source.onmessage = (message: MessageEvent<string>) => onLab(JSON.parse(message.data) as LabView);
    source.addEventListener("end", finish);
    source.onerror = finish;
    window.addEventListener("offline", finish, { once: true, signal });
  });
}
