import { Worker } from "node:worker_threads";
import type { Result } from "#lib/result.ts";
import { fail } from "#lib/result.ts";
import type { Done, Work } from "./prepare-work.ts";

/** A notebook that takes longer, or more memory, is given up; the thread with it. */
const patienceMs = 60_000;
const memoryMb = 1024;
/** An idle thread holds some 30 MB. */
const idleMs = 30_000;
/** Questions that may wait: each holds a notebook's bytes. */
const mostWaiting = 8;

type Thread = { worker: Worker | null; idle: NodeJS.Timeout | null; waiting: number; queue: Promise<unknown> };

/** One thread for all routes, though each may have loaded this module for itself. */
const key = Symbol.for("sheaf.notebook-thread");
const place = globalThis as { [key]?: Thread };

function shared(): Thread {
  place[key] ??= { worker: null, idle: null, waiting: 0, queue: Promise.resolve() };
  return place[key];
}

/** Asks the thread, which is started when it is needed and ended when it is idle. One question after the other. */
export async function workInThread(work: Work): Promise<Result<Done>> {
  const thread = shared();
  if (thread.waiting >= mostWaiting)
    return fail("unavailable", "Several large notebooks are being prepared right now. Try again in a moment.", { retryAfterSeconds: 5 });
  thread.waiting++;
  const answer = thread.queue.then(() => ask(work));
  thread.queue = answer;
  try {
    return await answer;
  } finally {
    thread.waiting--;
  }
}

const tooLarge = fail("invalid", "This notebook is too large to be shown. Download it to look at it.");
const tooSlow = fail("invalid", "This notebook takes too long to prepare. Download it to look at it.");

function ask(work: Work): Promise<Result<Done>> {
  const { idle, worker } = shared();
  if (idle) clearTimeout(idle);
  const thread = worker ?? start();
  return new Promise((resolve) => {
    const onMessage = (answer: Result<Done>) => finish(answer, false);
    const onEnd = () => finish(tooLarge, true);
    const timer = setTimeout(() => finish(tooSlow, true), patienceMs);
    const finish = (answer: Result<Done>, end: boolean) => {
      clearTimeout(timer);
      // Not all listeners: the thread has some of its own, without which it hears nothing more.
      thread.off("message", onMessage).off("error", onEnd).off("exit", onEnd);
      if (end) stop(thread);
      else rest(thread);
      resolve(answer);
    };
    thread.ref();
    thread.on("message", onMessage).on("error", onEnd).on("exit", onEnd);
    thread.postMessage(work);
  });
}

function rest(thread: Worker): void {
  thread.unref();
  const idle = setTimeout(() => stop(thread), idleMs);
  idle.unref();
  shared().idle = idle;
}

function start(): Worker {
  const thread = new Worker(new URL("./prepare-worker.ts", import.meta.url), { resourceLimits: { maxOldGenerationSizeMb: memoryMb } });
  // An error that nobody listens to would end the process.
  thread.on("error", () => stop(thread));
  shared().worker = thread;
  return thread;
}

function stop(thread: Worker): void {
  if (shared().worker === thread) shared().worker = null;
  void thread.terminate();
}
