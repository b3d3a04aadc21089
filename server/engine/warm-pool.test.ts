import { expect, test, vi } from "vitest";
import { ok } from "#lib/result.ts";
import { createLogger } from "#server/log.ts";
import type { ReadyKernel } from "./start-kernel.ts";
import { createWarmPool, type WarmKind } from "./warm-pool.ts";

test("a kernel whose files cannot be given is removed, and holds up no other kind", async () => {
  const alive = new Set<object>();
  const start = async () => {
    const kernel = {
      exited: new Promise(() => {}),
      giveFiles: async () => Promise.reject(new Error("no space left on device")),
      kill: async () => void alive.delete(kernel),
    };
    alive.add(kernel);
    return ok({ kernel, client: { close() {} }, memoryBytes: 1, givenCheckout: null } as unknown as ReadyKernel);
  };
  const pool = createWarmPool({ start, busy: () => 0, log: createLogger("tests", "fatal") });
  const kind = (key: string, checkout: string | null): [string, { kind: WarmKind; count: number }] => [
    key,
    { kind: { key, language: "python", environment: null, preload: [], checkout }, count: 1 },
  ];
  pool.keep(new Map([kind("worksheet", "/checkout"), kind("python", null)]));
  await vi.waitFor(() => expect(pool.counts().python).toBe(1), { timeout: 10_000 });
  expect(alive.size).toBe(1);
  await pool.stop();
  expect(alive.size).toBe(0);
});
