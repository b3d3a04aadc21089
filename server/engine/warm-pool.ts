import { setTimeout as sleep } from "node:timers/promises";
import type { Language } from "#lib/domain/worksheet.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Logger } from "#server/log.ts";
import type { MadeEnvironment } from "#server/ports/environments.ts";
import { endKernel, type ReadyKernel } from "./start-kernel.ts";

/** A kind of kernel that is kept ready: a language, or one worksheet's version with its imports and files. */
export type WarmKind = {
  readonly key: string;
  readonly language: Language;
  /** What its project asked for; null: the site's own. */
  readonly environment: MadeEnvironment | null;
  readonly preload: readonly string[];
  readonly checkout: string | null;
};
/** Of which worksheet's version, and in which environment. */
export type WantedKind = Pick<WarmKind, "language" | "environment"> & { readonly versionKey: string };

export type WarmPool = {
  /** A kernel that nobody had before: a ready one of the worksheet, else of the language, else one made now. */
  take(wanted: WantedKind): Promise<Result<ReadyKernel>>;
  /** Whether such a kernel is ready now. */
  has(wanted: WantedKind): boolean;
  /** Says which kinds to keep, and how many of each; others are let go. */
  keep(kinds: ReadonlyMap<string, { readonly kind: WarmKind; readonly count: number }>): void;
  counts(): Record<string, number>;
  stop(): Promise<void>;
};

export type WarmPoolOptions = {
  readonly start: (language: Language, environment: MadeEnvironment | null) => Promise<Result<ReadyKernel>>;
  /** How many runs go on: filling waits a little for them, but not for ever. */
  readonly busy: () => number;
  readonly log: Logger;
  readonly maxAgeMs?: number;
};

type Warm = { readonly ready: ReadyKernel; readonly bornAt: number };

const preloadMs = 60_000;
/** A run with a warm kernel is often over in this time: it should not share its processor with the next kernel's start. */
const pauseMs = 250;
const maxPauses = 6;
/** Runs that start kernels of their own are a crowd: another start beside theirs makes everybody slower. */
const crowdedPauses = 40;

export function createWarmPool({ start, busy, log, maxAgeMs = 30 * 60_000 }: WarmPoolOptions): WarmPool {
  let wanted: ReadonlyMap<string, { readonly kind: WarmKind; readonly count: number }> = new Map();
  const warm = new Map<string, Warm[]>();
  const endings = new Set<Promise<void>>();
  let filling: Promise<void> | null = null;
  let stopped = false;
  let failures = 0;
  /** Kernels being started for runs that found none ready. */
  let awaited = 0;

  const kindsHeld = (key: string): Warm[] => {
    const held = warm.get(key) ?? [];
    warm.set(key, held);
    return held;
  };

  const end = (ready: ReadyKernel): void => {
    const ending = endKernel(ready)
      .catch((error: unknown) => log.warn({ err: error }, "a warm kernel was not removed"))
      .finally(() => endings.delete(ending));
    endings.add(ending);
  };

  const drop = (key: string, ready: ReadyKernel): boolean => {
    const held = kindsHeld(key);
    const at = held.findIndex((one) => one.ready === ready);
    if (at >= 0) held.splice(at, 1);
    return at >= 0;
  };

  const missing = (failed: ReadonlySet<string>): WarmKind | null => {
    for (const { kind, count } of wanted.values()) if (!failed.has(kind.key) && kindsHeld(kind.key).length < count) return kind;
    return null;
  };

  const fill = (): void => {
    if (stopped || filling) return;
    filling = fillAll()
      .catch((error: unknown) => log.error({ err: error }, "filling the warm pool failed"))
      .finally(() => {
        filling = null;
      });
  };

  /** One at a time; a kind that fails lets the others come before it is tried again. */
  const fillAll = async (): Promise<void> => {
    const failed = new Set<string>();
    for (let kind = missing(failed); kind && !stopped; kind = missing(failed)) {
      for (let pause = 0; busy() > 0 && pause < (awaited > 0 ? crowdedPauses : maxPauses) && !stopped; pause += 1) await sleep(pauseMs);
      if (failures > 0) await sleep(Math.min(30_000, 500 * 2 ** failures));
      if (!stopped && !(await addOne(kind))) failed.add(kind.key);
    }
  };

  const addOne = async (kind: WarmKind): Promise<boolean> => {
    const ready = await makeWarm(start, kind);
    if (!ready.ok) {
      failures = Math.min(failures + 1, 10);
      log.warn({ kind: kind.key, reason: ready.failure.message }, "a warm kernel did not start");
      return false;
    }
    failures = 0;
    const stillWanted = !stopped && kindsHeld(kind.key).length < (wanted.get(kind.key)?.count ?? 0);
    if (!stillWanted) {
      end(ready.value);
      return true;
    }
    kindsHeld(kind.key).push({ ready: ready.value, bornAt: performance.now() });
    void ready.value.kernel.exited.then(() => {
      // Died while waiting: nobody had it.
      if (!drop(kind.key, ready.value)) return;
      end(ready.value);
      fill();
    });
    return true;
  };

  const retire = (): void => {
    for (const [key, held] of warm) {
      const count = wanted.get(key)?.count ?? 0;
      const keepers = held.filter((one) => performance.now() - one.bornAt < maxAgeMs).slice(0, count);
      for (const one of held) if (!keepers.includes(one)) end(one.ready);
      warm.set(key, keepers);
    }
  };
  const timer = setInterval(() => {
    retire();
    fill();
  }, 15_000);

  return {
    async take({ language, environment, versionKey }) {
      const found = kindsHeld(versionKey).shift() ?? (environment === null ? kindsHeld(language).shift() : undefined);
      fill();
      if (found) return { ok: true, value: found.ready };
      awaited += 1;
      return start(language, environment).finally(() => {
        awaited -= 1;
      });
    },
    has: ({ language, environment, versionKey }) => kindsHeld(versionKey).length > 0 || (environment === null && kindsHeld(language).length > 0),
    keep(kinds) {
      wanted = kinds;
      retire();
      fill();
    },
    counts: () => Object.fromEntries([...warm].map(([key, held]) => [key, held.length])),
    async stop() {
      stopped = true;
      clearInterval(timer);
      for (const held of warm.values()) for (const one of held.splice(0)) end(one.ready);
      await filling;
      await Promise.all(endings);
    },
  };
}

async function makeWarm(start: WarmPoolOptions["start"], kind: WarmKind): Promise<Result<ReadyKernel>> {
  const started = await start(kind.language, kind.environment);
  if (!started.ok) return started;
  const { kernel, client } = started.value;
  // Cells that fail here fail again in the run, where somebody sees it; one that hangs costs this kernel.
  const timer = setTimeout(() => void kernel.kill(), preloadMs);
  try {
    if (kind.checkout) await kernel.giveFiles(kind.checkout);
    for (const source of kind.preload) await client.execute(source, { silent: true });
    return ok({ ...started.value, givenCheckout: kind.checkout });
  } catch (error) {
    // A full disk, say: without this, each try would leave a kernel behind.
    await endKernel(started.value);
    return fail("unavailable", `It could not be prepared: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    clearTimeout(timer);
  }
}
