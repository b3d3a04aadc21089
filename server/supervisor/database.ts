import path from "node:path";
import type { PartHealth, PartState } from "#lib/gateway/health.ts";
import type { Config } from "#server/config.ts";
import type { Logger } from "#server/log.ts";
import { type EmbeddedPostgres, openForeignDatabase, startEmbeddedPostgres } from "#server/machine.ts";
import { nextBackOff } from "./back-off.ts";
import { CannotStart } from "./cannot-start.ts";

export type DatabaseKeeper = { readonly url: string; stop(): Promise<void> };

const probeEveryMs = 5_000;

/** The database of this house: the embedded one, kept running, or the one that DATABASE_URL names, looked after from afar. */
export async function keepDatabase(config: Config, log: Logger, onState: (health: PartHealth) => void): Promise<DatabaseKeeper> {
  return config.databaseUrl === null ? keepEmbedded(config, log, onState) : watchForeign(config.databaseUrl, onState);
}

async function keepEmbedded(config: Config, log: Logger, onState: (health: PartHealth) => void): Promise<DatabaseKeeper> {
  const place = { folder: path.join(config.dataFolder, "postgres"), runtimeFolder: path.join(config.runtimeFolder, "postgres"), log };
  let restarts = 0;
  const report = (state: PartState, detail?: string) => onState({ state, since: new Date().toISOString(), restarts, ...(detail ? { detail } : {}) });
  report("starting");
  let running: EmbeddedPostgres | null = await startEmbeddedPostgres(place);
  report("ready");
  const { url } = running;
  const port = Number(new URL(url).port);
  let stopped = false;

  const keepRunning = async () => {
    let failures = 0;
    let since = Date.now();
    while (running) {
      const { expected, code, signal } = await running.exited;
      if (expected || stopped) return;
      while (!stopped) {
        const backOff = nextBackOff(failures, Date.now() - since);
        failures = backOff.failures;
        restarts += 1;
        report("restarting", signal ? `ended by ${signal}` : `exit code ${code}`);
        log.warn({ code, signal, waitMs: backOff.waitMs }, "the database ended; starting it again");
        await new Promise((resolve) => setTimeout(resolve, backOff.waitMs));
        if (stopped) return;
        since = Date.now();
        running = await startEmbeddedPostgres({ ...place, port }).catch((error: unknown) => {
          log.error({ err: error }, "the database does not start");
          return null;
        });
        if (running) break;
      }
      if (stopped) await running?.stop();
      else report("ready");
    }
  };
  const finished = keepRunning();
  const stop = async () => {
    stopped = true;
    await running?.stop();
    await finished;
    report("down");
  };
  return { url, stop };
}

async function watchForeign(url: string, onState: (health: PartHealth) => void): Promise<DatabaseKeeper> {
  const database = openForeignDatabase(url);
  let state: PartState = "starting";
  const probe = async () => {
    const problem = await database.ask();
    const next = problem === null ? "ready" : "down";
    if (next !== state) onState({ state: next, since: new Date().toISOString(), ...(problem === null ? {} : { detail: problem }) });
    state = next;
    return problem;
  };
  const first = await probe();
  if (first !== null) {
    await database.close();
    const { host, pathname } = new URL(url);
    throw new CannotStart(`The database that DATABASE_URL names (${host}${pathname}) cannot be used: ${first}. Is it running, and is the password right?`);
  }
  const timer = setInterval(() => void probe(), probeEveryMs);
  const stop = async () => {
    clearInterval(timer);
    await database.close();
  };
  return { url, stop };
}
