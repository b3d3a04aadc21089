import os from "node:os";
import type { EngineId, LabId, RunId } from "#lib/domain/ids.ts";
import { letOthersFirstMs, type NodeOffer, type Placed } from "#lib/placement/let-others-first.ts";
import type { Config } from "#server/config.ts";
import type { Store } from "#server/ports/store.ts";

/** What to leave to others for now, and when to look again (milliseconds; null: whenever something happens). */
export type Turn<Id extends string> = { readonly except: readonly Id[]; readonly againMs: number | null };

export type Placement = {
  offer(): NodeOffer;
  forRuns(): Promise<Turn<RunId>>;
  forLabs(): Promise<Turn<LabId>>;
};

export type PlacementOptions = {
  readonly store: Pick<Store, "listEngines" | "listWaitingRuns" | "listWaitingLabs" | "readClock">;
  readonly config: Pick<Config, "visitor" | "person" | "labs" | "docker" | "kernels" | "silentMs">;
  readonly engineId: EngineId;
  readonly running: () => { readonly runs: number; readonly runsBytes: number; readonly labs: number };
  readonly images: () => readonly string[];
};

const nothing = { except: [], againMs: null } as const;
/** Reports come every two seconds; a burst of claims asks once. */
const believedMs = 500;
const lookedAt = 100;
/** Of what is allowed and not used yet, so much is counted as taken: few use all of it. */
const promisedShare = 0.25;

/** One engine on one machine takes what there is. */
export const alone: Omit<Placement, "offer"> = { forRuns: async () => nothing, forLabs: async () => nothing };

/**
 * Among several machines each engine decides for itself, by what all report, how long it leaves a piece of work to a better
 * one. Nobody has to agree with anybody: whoever claims a row first has it.
 */
export function createPlacement({ store, config, engineId, running, images }: PlacementOptions): Placement {
  const seen = new Map<string, number>();
  let asked = { at: Number.NEGATIVE_INFINITY, others: [] as readonly NodeOffer[] };

  const others = async (): Promise<readonly NodeOffer[]> => {
    if (performance.now() - asked.at > believedMs) {
      const alive = await store.listEngines(new Date((await store.readClock()).getTime() - config.silentMs));
      asked = { at: performance.now(), others: alive.flatMap(({ id, details }) => (id !== engineId && details.node ? [details.node] : [])) };
    }
    return asked.others;
  };
  const offer = (): NodeOffer => {
    const now = running();
    const allowed = now.runs * config.visitor.memoryBytes + now.labs * config.labs.memoryBytes;
    const promised = Math.max(0, allowed - now.runsBytes) * promisedShare;
    const room = Math.max(0, config.kernels.capacity - now.runs);
    return { freeBytes: Math.max(0, Math.round(os.freemem() - promised)), room, images: images(), fetches: config.docker.registry !== null };
  };

  async function turn<Id extends string>(kind: "run" | "lab", waiting: readonly ({ readonly id: Id } & Placed)[]): Promise<Turn<Id>> {
    const present = new Set<string>(waiting.map(({ id }) => id));
    for (const id of seen.keys()) if (id.startsWith(`${kind}_`) && !present.has(id)) seen.delete(id);
    if (waiting.length === 0) return nothing;
    const known = await others();
    // How many labs an engine keeps is bounded by memory alone.
    const own = kind === "lab" ? { ...offer(), room: 1 } : offer();
    const rivals = kind === "lab" ? known.map((one) => ({ ...one, room: 1 })) : known;
    const except: Id[] = [];
    let againMs: number | null = null;
    for (const work of waiting) {
      // By our own clock, from when we first saw it: the others' may go differently.
      const since = seen.get(work.id) ?? performance.now();
      seen.set(work.id, since);
      const wait = letOthersFirstMs(own, rivals, work);
      const left = wait === null ? Number.POSITIVE_INFINITY : since + wait - performance.now();
      if (left <= 0) continue;
      except.push(work.id);
      if (Number.isFinite(left)) againMs = Math.min(againMs ?? left, left);
    }
    return { except, againMs };
  }

  return {
    offer,
    async forRuns() {
      const waiting = await store.listWaitingRuns(lookedAt);
      return turn(
        "run",
        waiting.map(({ id, ofVisitor, image }) => ({ id, image, memoryBytes: (ofVisitor ? config.visitor : config.person).memoryBytes })),
      );
    },
    async forLabs() {
      const waiting = await store.listWaitingLabs(lookedAt);
      return turn(
        "lab",
        waiting.map(({ id, image }) => ({ id, image, memoryBytes: config.labs.memoryBytes })),
      );
    },
  };
}
