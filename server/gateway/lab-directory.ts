import { setTimeout as pause } from "node:timers/promises";
import type { LabId, SessionId, UserId } from "#lib/domain/ids.ts";
import type { Logger } from "#server/log.ts";
import type { LabTarget, Store } from "#server/ports/store.ts";

/** The little that the front door asks of the database. */
export type LabStore = Pick<Store, "findLabByLabel" | "findLiveSession" | "redeemLabTicket" | "listen">;

/** Changes are announced; this is how long one could live on if the announcement were lost. */
const believedMs = 30_000;
const remembered = 10_000;

/** What is known is answered at once: a lab's page asks often. */
export type Soon<T> = T | Promise<T>;

export type LabDirectory = {
  /** Throws where it was never known and the database is away. */
  find(label: string): Soon<LabTarget | null>;
  /** Whether the sign-in lives and is that person's. */
  isSignedIn(sessionId: SessionId, userId: UserId): Soon<boolean>;
  close(): Promise<void>;
};

export type DirectoryEvents = {
  /** A lab changed or may have; its row as it is now. */
  readonly onLabChanged: (labId: LabId, current: LabTarget | null) => void;
  readonly onSessionRevoked: (sessionId: SessionId) => void;
  /** Announcements are heard (again): some may have been missed. */
  readonly onSilenceOver: () => void;
};

/** Labs and sign-ins as the database last said, dropped as it says that they changed. While it is away, what is known goes on. */
export function openLabDirectory(store: LabStore, log: Logger, events: DirectoryEvents): LabDirectory {
  let hears = false;
  const believed = () => (hears ? believedMs : 0);
  const labs = createCache((label: string) => store.findLabByLabel(label), believed, log);
  const people = createCache(async (id: SessionId) => (await store.findLiveSession(id, new Date()))?.user.id ?? null, believed, log);
  const labelOf = new Map<LabId, string>();

  const remember = (label: string, lab: LabTarget | null): LabTarget | null => {
    if (lab && labelOf.get(lab.id) !== label) {
      if (labelOf.size >= remembered) labelOf.clear();
      labelOf.set(lab.id, label);
    }
    return lab;
  };
  const find = (label: string): Soon<LabTarget | null> => {
    const lab = labs.read(label);
    return lab instanceof Promise ? lab.then((found) => remember(label, found)) : remember(label, lab);
  };
  async function lookAgain(id: LabId): Promise<void> {
    const label = labelOf.get(id);
    if (label === undefined) return;
    labs.expire(label);
    try {
      events.onLabChanged(id, await find(label));
    } catch (error) {
      log.warn({ err: error, labId: id }, "a lab that changed could not be looked up");
    }
  }
  const listening = keepListening(store, log, {
    lab_changed: (id) => void lookAgain(id as LabId),
    session_revoked: (id) => {
      people.expire(id as SessionId);
      events.onSessionRevoked(id as SessionId);
    },
    // What was announced while nobody listened is looked up.
    again: () => {
      hears = true;
      people.expireAll();
      for (const id of labelOf.keys()) void lookAgain(id);
      events.onSilenceOver();
    },
  });
  return {
    find,
    isSignedIn(sessionId, userId) {
      const person = people.read(sessionId);
      return person instanceof Promise ? person.then((found) => found === userId) : person === userId;
    },
    close: () => listening.close(),
  };
}

type Heard = Readonly<Record<"lab_changed" | "session_revoked", (payload: string) => void>> & { readonly again: () => void };

/** The door opens without a database too: listening begins as soon as there is one. */
function keepListening(store: LabStore, log: Logger, heard: Heard): { close(): Promise<void> } {
  const listeners: Listener[] = [];
  const ending = new AbortController();
  const begin = async () => {
    while (!ending.signal.aborted) {
      try {
        listeners.push(await store.listen("lab_changed", heard.lab_changed));
        listeners.push(await store.listen("session_revoked", heard.session_revoked, heard.again));
        return;
      } catch (error) {
        log.warn({ err: error }, "the database cannot be listened to yet");
        await Promise.all(listeners.splice(0).map((listener) => listener.close()));
        await pause(1000, undefined, { signal: ending.signal }).catch(() => {});
      }
    }
  };
  const begun = begin();
  return {
    async close() {
      ending.abort();
      await begun;
      await Promise.all(listeners.map((listener) => listener.close()));
    },
  };
}

type Listener = Awaited<ReturnType<LabStore["listen"]>>;
type Kept<V> = { readonly value: V; freshUntil: number };

function createCache<K, V>(ask: (key: K) => Promise<V>, believed: () => number, log: Logger) {
  const kept = new Map<K, Kept<V>>();
  const asking = new Map<K, Promise<V>>();
  async function askOnce(key: K, isLatest: () => boolean): Promise<V> {
    try {
      const value = await ask(key);
      // Too old already when it came: good for nothing but a time in which nobody can be asked.
      const freshUntil = isLatest() ? performance.now() + believed() : 0;
      if (freshUntil > 0 || !kept.has(key)) {
        if (kept.size >= remembered) kept.clear();
        kept.set(key, { value, freshUntil });
      }
      return value;
    } catch (error) {
      const known = kept.get(key);
      if (!known) throw error;
      log.warn({ err: error }, "the database did not answer: what was known goes on");
      // Asked again soon, but not by every request.
      known.freshUntil = performance.now() + 1000;
      return known.value;
    } finally {
      if (isLatest()) asking.delete(key);
    }
  }
  return {
    read(key: K): Soon<V> {
      const known = kept.get(key);
      if (known && known.freshUntil > performance.now()) return known.value;
      const going = asking.get(key);
      if (going) return going;
      const asked: Promise<V> = askOnce(key, () => asking.get(key) === asked);
      asking.set(key, asked);
      return asked;
    },
    /** Also what is being asked at this moment is too old. */
    expire(key: K): void {
      const known = kept.get(key);
      if (known) known.freshUntil = 0;
      asking.delete(key);
    },
    expireAll(): void {
      for (const known of kept.values()) known.freshUntil = 0;
      asking.clear();
    },
  };
}
