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

let worker: Worker | null = null;
let idle: NodeJS.Timeout | null = null;
let waiting = 0;
let queue: Promise<unknown> = Promise.resolve();

/** Asks the thread, which is started when it is needed and ended when it is idle. One question after the other. */
export async function workInThread(work: Work): Promise<Result<Done>> {
  if (waiting >= mostWaiting)
    return fail("unavailable", "Several large notebooks are being prepared right now. Try again in a moment.", { retryAfterSeconds: 5 });
  waiting++;
  const answer = queue.then(() => ask(work));
  queue = answer;
  try {
    return await answer;
  } finally {
    waiting--;
  }
}

const tooLarge = fail("invalid", "This notebook is too large to be shown. Download it to look at it.");
const tooSlow = fail("invalid", "This notebook takes too long to prepare. Download it to look at it.");

function ask(work: Work): Promise<Result<Done>> {
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
  idle = setTimeout(() => stop(thread), idleMs);
  idle.unref();
}

function start(): Worker {
  const thread = new Worker(new URL("./prepare-worker.ts", import.meta.url), { resourceLimits: { maxOldGenerationSizeMb: memoryMb } });
  // An error that nobody listens to would end the process.
  thread.on("error", () => stop(thread));
  worker = thread;
  return thread;
}

function stop(thread: Worker): void {
  if (worker === thread) worker = null;
  void thread.terminate();
}
