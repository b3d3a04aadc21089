"use client";
import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import type { ToLab } from "#lib/domain/lab.ts";
import { readFromLab } from "#lib/lab/read-from-lab.ts";
import { joinDocuments } from "./join-documents.ts";

type WithoutFrame<T> = T extends unknown ? Omit<T, "sheaf" | "id"> : never;
export type BridgeRequest = WithoutFrame<Exclude<ToLab, { readonly type: "joined" }>>;

export type Bridge = {
  /** The lab's page has said that it is there. */
  readonly isThere: boolean;
  readonly unsaved: readonly string[];
  readonly current: string | null;
  readonly busyKernels: number;
  /** True once the lab has done it; false where it could not, or did not answer in time. */
  readonly send: (request: BridgeRequest) => Promise<boolean>;
};

type Documents = Pick<Bridge, "unsaved" | "current" | "busyKernels">;

const answerMs = 30_000;

/** What the lab's page and this one say to each other. Only that frame, on that origin, is listened to and spoken to. */
export function useBridge(frame: RefObject<HTMLIFrameElement | null>, frameUrl: string | null): Bridge {
  const [isThere, setThere] = useState(false);
  const [documents, setDocuments] = useState<Documents>({ unsaved: [], current: null, busyKernels: 0 });
  const waiting = useRef(new Map<number, (ok: boolean) => void>());
  const last = useRef(0);
  const origin = frameUrl === null ? null : new URL(frameUrl).origin;

  useEffect(() => {
    if (origin === null) return;
    const hear = (event: MessageEvent<unknown>) => {
      if (event.origin !== origin || event.source !== frame.current?.contentWindow) return;
      const said = readFromLab(event.data);
      if (said?.type === "hello") setThere(true);
      if (said?.type === "documents") {
        setThere(true);
        const { unsaved, current, busyKernels } = said;
        setDocuments((before) => (JSON.stringify(before) === JSON.stringify({ unsaved, current, busyKernels }) ? before : { unsaved, current, busyKernels }));
      }
      if (said?.type === "join") {
        const answer = (text: string | null) =>
          frame.current?.contentWindow?.postMessage({ sheaf: 1, type: "joined", id: said.id, text } satisfies ToLab, origin);
        joinDocuments(said).then(answer, () => answer(null));
      }
      if (said?.type === "done") waiting.current.get(said.id)?.(said.ok);
    };
    window.addEventListener("message", hear);
    return () => window.removeEventListener("message", hear);
  }, [origin, frame]);

  const send = useCallback(
    (request: BridgeRequest): Promise<boolean> => {
      const target = frame.current?.contentWindow;
      if (!target || origin === null) return Promise.resolve(false);
      const id = ++last.current;
      return new Promise((resolve) => {
        const finish = (ok: boolean) => {
          clearTimeout(timer);
          waiting.current.delete(id);
          resolve(ok);
        };
        const timer = setTimeout(() => finish(false), answerMs);
        waiting.current.set(id, finish);
        target.postMessage({ sheaf: 1, id, ...request } as ToLab, origin);
      });
    },
    [frame, origin],
  );
  return { isThere, ...documents, send };
}
