import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { z } from "zod";
import { labels } from "./container-options.ts";

/** What the engine says of one of our containers. */
export type ContainerEvent =
  | { readonly kind: "died"; readonly id: string; readonly code: number | null }
  | { readonly kind: "memory"; readonly id: string }
  | { readonly kind: "signalled"; readonly id: string; readonly signal: string };

const eventSchema = z.object({ Action: z.string(), Actor: z.object({ ID: z.string(), Attributes: z.record(z.string(), z.string()) }) });
const betweenTriesMs = 250;

export type EventWatch = {
  /** Resolves when somebody answers; rejects with the last problem after `timeoutMs`. */
  untilThere(timeoutMs: number): Promise<void>;
  readonly isThere: () => boolean;
  stop(): void;
};

/**
 * Listens to the engine for as long as it lives, and again whenever it comes back. `onThere` is called at every beginning,
 * before anybody is told that it is there: what was said meanwhile was heard by nobody.
 */
export function watchEvents(engine: Docker, scope: string, onEvent: (event: ContainerEvent) => void, onThere: () => Promise<void>): EventWatch {
  let there = Promise.withResolvers<void>();
  let isThere = false;
  let stopped = false;
  let problem: unknown = new Error("It was not asked yet.");
  let stream: Readable | null = null;

  const listen = async (): Promise<void> => {
    const filters = { type: ["container" as const], event: ["die", "oom", "kill"], label: [`${labels.scope}=${scope}`] };
    stream = (await engine.getEvents({ filters })) as unknown as Readable;
    const ended = follow(stream, onEvent);
    await onThere();
    isThere = true;
    there.resolve();
    await ended;
  };

  const go = async (): Promise<void> => {
    while (!stopped) {
      try {
        await listen();
        problem = new Error("The engine ended the conversation.");
      } catch (error) {
        problem = error;
      }
      stream?.destroy();
      if (isThere) there = Promise.withResolvers<void>();
      isThere = false;
      await sleep(betweenTriesMs, undefined, { ref: false });
    }
  };
  void go();

  return {
    isThere: () => isThere,
    async untilThere(timeoutMs) {
      const timer = new AbortController();
      const late = sleep(timeoutMs, undefined, { signal: timer.signal }).then(() => {
        throw problem;
      });
      await Promise.race([there.promise, late]).finally(() => {
        timer.abort();
        late.catch(() => undefined);
      });
    },
    stop() {
      stopped = true;
      stream?.destroy();
    },
  };
}

async function follow(stream: Readable, onEvent: (event: ContainerEvent) => void): Promise<void> {
  const ended = Promise.withResolvers<void>();
  for (const name of ["end", "close", "error"]) stream.on(name, () => ended.resolve());
  createInterface({ input: stream })
    .on("line", (line) => {
      const event = readEvent(line);
      if (event) onEvent(event);
    })
    .on("error", () => ended.resolve());
  await ended.promise;
}

function readEvent(line: string): ContainerEvent | null {
  const parsed = eventSchema.safeParse(parseJson(line));
  if (!parsed.success) return null;
  const { Action, Actor } = parsed.data;
  if (Action === "oom") return { kind: "memory", id: Actor.ID };
  if (Action === "kill") return { kind: "signalled", id: Actor.ID, signal: Actor.Attributes.signal ?? "" };
  if (Action === "die") return { kind: "died", id: Actor.ID, code: Number.parseInt(Actor.Attributes.exitCode ?? "", 10) };
  return null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
