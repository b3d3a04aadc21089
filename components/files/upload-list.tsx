"use client";
import { RotateCcw, X } from "lucide-react";
import { useEffect, useState } from "react";
import { api } from "#components/api.ts";
import { formatBytes, formatDuration } from "#lib/format.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { forgetKey, listRemembered, type RememberedUpload } from "./remembered-uploads.ts";
import type { UploadItem, UploadQueue } from "./upload-queue.ts";
import { useUploads } from "./uploads.tsx";

const rowsShown = 8;
const words = t.home.uploads;

/** What is being sent, what waits for an answer, and what an earlier visit left unfinished. */
export function UploadList() {
  const { queue, items } = useUploads();
  const done = items.filter((item) => item.state === "done").length;
  const open = items.filter((item) => item.state !== "done" && item.state !== "waiting");
  const waiting = items.filter((item) => item.state === "waiting");
  // What is done stands in its folder: here it is a number.
  const rows = [...open, ...waiting].slice(0, rowsShown);
  return (
    <>
      <Unfinished sending={items.map((item) => item.path)} />
      {items.length > 0 && (
        <section aria-labelledby="uploads-title" className="mt-4 border-y border-line py-3">
          <div className="flex flex-wrap items-center justify-between gap-2">
            <h2 id="uploads-title" className="font-sans text-base font-semibold tracking-normal">
              {words.title}
            </h2>
            {!queue.isBusy() && (
              <button type="button" className="button button-small button-quiet" onClick={queue.clear}>
                {words.clear}
              </button>
            )}
          </div>
          <p role="status" className="hint tabular-nums">
            {words.summary(done, items.length)}
          </p>
          {rows.length > 0 && (
            <ul className="mt-1">
              {rows.map((item) => (
                <Row key={item.id} item={item} queue={queue} />
              ))}
            </ul>
          )}
          {open.length + waiting.length > rows.length && <p className="hint">{words.moreWaiting(open.length + waiting.length - rows.length)}</p>}
        </section>
      )}
    </>
  );
}

function Row({ item, queue }: { item: UploadItem; queue: UploadQueue }) {
  const moving = item.state === "sending" || item.state === "resting" || item.state === "finishing";
  return (
    <li className="py-1.5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className="min-w-0 flex-1 basis-48 font-medium wrap-anywhere">{item.path}</span>
        <Actions item={item} queue={queue} moving={moving} />
      </div>
      {moving && <progress className="upload-progress" max={Math.max(1, item.totalBytes)} value={item.sentBytes} aria-label={item.path} />}
      <p
        className={item.state === "failed" ? "field-error" : "hint tabular-nums"}
        role={item.state === "failed" || item.state === "exists" ? "alert" : undefined}
      >
        <State item={item} />
      </p>
    </li>
  );
}

function State({ item }: { item: UploadItem }) {
  switch (item.state) {
    case "waiting":
      return words.waiting;
    case "sending":
      return <Sending item={item} />;
    case "resting":
      return words.resting(item.restSeconds);
    case "finishing":
      return words.finishing;
    case "exists":
      return words.exists;
    case "failed":
      return item.problem;
    case "stopped":
      return words.stopped;
    case "done":
      return null;
  }
}

function Sending({ item }: { item: UploadItem }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const parts = [words.sent(formatBytes(item.sentBytes), formatBytes(item.totalBytes))];
  if (item.rate !== null) parts.push(words.rate(formatBytes(Math.round(item.rate))));
  if (item.startedAt !== null) parts.push(words.elapsed(formatDuration(Math.max(1000, now - item.startedAt))));
  return parts.join(" · ");
}

function Actions({ item, queue, moving }: { item: UploadItem; queue: UploadQueue; moving: boolean }) {
  if (item.state === "exists") {
    return (
      <span className="flex flex-wrap gap-1">
        <button type="button" className="button button-small" onClick={() => queue.keepBoth(item.id)}>
          {words.beside}
        </button>
        <button type="button" className="button button-small" onClick={() => queue.replace(item.id)}>
          {words.replace}
        </button>
        <button type="button" className="button button-small button-quiet" onClick={() => queue.stop(item.id)}>
          {words.skip}
        </button>
      </span>
    );
  }
  if (moving || item.state === "waiting") {
    return (
      <button type="button" className="icon-button" aria-label={words.stopOf(item.path)} onClick={() => queue.stop(item.id)}>
        <X size={15} aria-hidden />
      </button>
    );
  }
  if (item.state === "done") return null;
  return (
    <button type="button" className="button button-small" aria-label={words.againOf(item.path)} onClick={() => queue.again(item.id)}>
      <RotateCcw size={13} aria-hidden />
      {words.again}
    </button>
  );
}

type Left = RememberedUpload & { readonly percent: number };

/** What this browser began and a reload or a crash cut off. The browser gives the file only when it is chosen again. */
function Unfinished({ sending }: { sending: readonly string[] }) {
  const [left, setLeft] = useState<readonly Left[]>([]);
  useEffect(() => {
    let gone = false;
    void findLeft().then((found) => {
      if (!gone) setLeft(found);
    });
    return () => {
      gone = true;
    };
  }, []);
  const shown = left.filter((one) => !sending.includes(one.path));
  if (shown.length === 0) return null;

  function forget(one: Left) {
    forgetKey(one.key);
    setLeft((all) => all.filter((other) => other.key !== one.key));
    void api("DELETE", routes.api.homeUpload(one.id));
  }

  return (
    <section aria-labelledby="unfinished-title" className="notice mt-4">
      <div className="min-w-0 flex-1">
        <h2 id="unfinished-title" className="font-sans text-base font-semibold tracking-normal">
          {words.unfinished}
        </h2>
        <p className="text-soft">{words.unfinishedHint}</p>
        <ul className="mt-1">
          {shown.map((one) => (
            <li key={one.key} className="flex flex-wrap items-center gap-x-3 py-1">
              <span className="min-w-0 flex-1 basis-48 wrap-anywhere">{one.path}</span>
              <span className="hint tabular-nums">{words.arrived(one.percent)}</span>
              <button type="button" className="button button-small button-quiet" aria-label={words.forgetOf(one.path)} onClick={() => forget(one)}>
                {words.forget}
              </button>
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}

async function findLeft(): Promise<Left[]> {
  const found = await Promise.all(
    listRemembered().map(async (one): Promise<Left | null> => {
      const answer = await api<{ receivedBytes: number; totalBytes: number }>("GET", routes.api.homeUpload(one.id));
      if (!answer.ok) {
        if (answer.problem.status === 404) forgetKey(one.key);
        return null;
      }
      const { receivedBytes, totalBytes } = answer.value;
      return { ...one, percent: totalBytes === 0 ? 100 : Math.floor((receivedBytes / totalBytes) * 100) };
    }),
  );
  return found.filter((one) => one !== null);
}
