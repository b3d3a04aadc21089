"use client";
import { type Sent, sendUpload } from "./send-upload.ts";

export type UploadState = "waiting" | "sending" | "resting" | "finishing" | "exists" | "done" | "failed" | "stopped";
export type UploadItem = {
  readonly id: number;
  readonly name: string;
  readonly path: string;
  readonly totalBytes: number;
  readonly sentBytes: number;
  readonly state: UploadState;
  readonly problem: string | null;
  readonly startedAt: number | null;
  /** Bytes a second over the last few. */
  readonly rate: number | null;
  readonly restSeconds: number;
};
export type ToUpload = { readonly file: File; readonly path: string };

type Entry = { item: UploadItem; readonly file: File; replace: boolean; control: AbortController; samples: { at: number; bytes: number }[] };

const atOnce = 2;
const rateMs = 4000;

export type UploadQueue = ReturnType<typeof createUploadQueue>;

/** Uploads of one page, some at a time, with what a page shows of them. Told apart from React, so that going from folder to folder ends nothing. */
export function createUploadQueue(onStored: () => void) {
  let entries: Entry[] = [];
  let shown: readonly UploadItem[] = [];
  let number = 0;
  const listeners = new Set<() => void>();
  const tell = () => {
    shown = entries.map((entry) => entry.item);
    for (const listener of listeners) listener();
  };
  const change = (entry: Entry, changes: Partial<UploadItem>) => {
    entry.item = { ...entry.item, ...changes };
    tell();
  };
  const isActive = ({ item }: Entry) => item.state === "sending" || item.state === "resting" || item.state === "finishing";

  async function send(entry: Entry): Promise<void> {
    entry.control = new AbortController();
    entry.samples = [];
    change(entry, { state: "sending", problem: null, startedAt: Date.now(), rate: null });
    const sent = await sendUpload({
      file: entry.file,
      path: entry.item.path,
      replace: entry.replace,
      signal: entry.control.signal,
      onSent: (bytes) => change(entry, { state: "sending", sentBytes: bytes, rate: rateOf(entry, bytes) }),
      onRest: (restSeconds) => change(entry, { state: "resting", restSeconds, rate: null }),
      onFinishing: () => change(entry, { state: "finishing", sentBytes: entry.file.size, rate: null }),
    }).catch((error: unknown): Sent | "stopped" => (entry.control.signal.aborted ? "stopped" : { problem: String(error) }));
    if (sent === "done") {
      change(entry, { state: "done", sentBytes: entry.file.size });
      onStored();
    } else if (sent === "exists" || sent === "stopped") change(entry, { state: sent });
    else change(entry, { state: "failed", problem: sent.problem });
    next();
  }
  function next(): void {
    for (const entry of entries) {
      if (entries.filter(isActive).length >= atOnce) return;
      if (entry.item.state === "waiting") void send(entry);
    }
  }
  const withEntry = (id: number, use: (entry: Entry) => void) => {
    const entry = entries.find((one) => one.item.id === id);
    if (entry) use(entry);
  };
  const again = (entry: Entry, changes: Partial<UploadItem> = {}) => {
    change(entry, { ...changes, state: "waiting", problem: null });
    next();
  };

  return {
    subscribe(listener: () => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    items: (): readonly UploadItem[] => shown,
    isBusy: (): boolean => entries.some((entry) => isActive(entry) || entry.item.state === "waiting"),
    add(files: readonly ToUpload[]): void {
      for (const { file, path } of files) {
        const item: UploadItem = {
          id: ++number,
          name: path.split("/").at(-1) ?? path,
          path,
          totalBytes: file.size,
          sentBytes: 0,
          state: "waiting",
          problem: null,
          startedAt: null,
          rate: null,
          restSeconds: 0,
        };
        entries.push({ item, file, replace: false, control: new AbortController(), samples: [] });
      }
      tell();
      next();
    },
    replace: (id: number) =>
      withEntry(id, (entry) => {
        entry.replace = true;
        again(entry);
      }),
    keepBoth: (id: number) => withEntry(id, (entry) => again(entry, { path: besidePath(entry.item.path) })),
    again: (id: number) => withEntry(id, (entry) => again(entry)),
    stop: (id: number) =>
      withEntry(id, (entry) => {
        if (isActive(entry)) entry.control.abort();
        else change(entry, { state: "stopped" });
      }),
    clear(): void {
      entries = entries.filter((entry) => isActive(entry) || entry.item.state === "waiting");
      tell();
    },
  };
}

function rateOf(entry: Entry, bytes: number): number | null {
  const now = Date.now();
  entry.samples = [...entry.samples.filter((sample) => now - sample.at < rateMs), { at: now, bytes }];
  const first = entry.samples[0];
  return first && now - first.at > 500 ? Math.max(0, (bytes - first.bytes) / ((now - first.at) / 1000)) : null;
}

/** "data.csv", "data (2).csv", "data (3).csv". */
export function besidePath(path: string): string {
  const slash = path.lastIndexOf("/") + 1;
  const [folder, name] = [path.slice(0, slash), path.slice(slash)];
  const dot = name.lastIndexOf(".");
  const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ""];
  const numbered = /^(.*) \((\d+)\)$/.exec(stem);
  return `${folder}${numbered ? `${numbered[1]} (${Number(numbered[2]) + 1})` : `${stem} (2)`}${ending}`;
}
