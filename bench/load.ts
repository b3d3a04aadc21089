import { Pool } from "undici";
import { quantile } from "./statistics.ts";

export type Load = { readonly perSecond: number; readonly p50Ms: number; readonly p95Ms: number; readonly failed: number; readonly bytes: number };
export type LoadTarget = { readonly port: number; readonly paths: readonly string[]; readonly headers?: Readonly<Record<string, string>> };

/**
 * Closed loop: as many requests under way as there are connections, the next one asked as the former is read to its end.
 * The first half second warms caches and connections and is not counted.
 */
export async function measureLoad({ port, paths, headers = {} }: LoadTarget, seconds = 3, connections = 8): Promise<Load> {
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections, pipelining: 1 });
  const samples: number[] = [];
  let failed = 0;
  let bytes = 0;
  let turn = 0;
  const countFrom = performance.now() + 500;
  const end = countFrom + seconds * 1000;

  async function ask(): Promise<void> {
    while (performance.now() < end) {
      const began = performance.now();
      const path = paths[turn++ % paths.length] ?? "/";
      const answer = await pool.request({ method: "GET", path, headers });
      const body = await answer.body.arrayBuffer();
      if (began < countFrom) continue;
      samples.push(performance.now() - began);
      bytes = body.byteLength;
      if (answer.statusCode !== 200) failed++;
    }
  }
  await Promise.all(Array.from({ length: connections }, ask));
  await pool.close();
  return { perSecond: samples.length / seconds, p50Ms: quantile(samples, 0.5), p95Ms: quantile(samples, 0.95), failed, bytes };
}
