import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";

export type Channel =
  | "run_queued"
  | "run_event"
  | "run_cancel"
  | "lab_queued"
  | "lab_changed"
  | "lab_stop"
  | "build_queued"
  | "build_changed"
  | "build_cancel"
  | "gallery_changed"
  | "membership_changed"
  | "session_revoked";
export type Listener = { close(): Promise<void> };

type Subscription = { readonly channel: Channel; readonly handler: (payload: string) => void; readonly onListening: () => void };

/**
 * Notifications on one connection of their own. When it breaks, it is made anew for as long as anybody listens, and
 * `onListening` is called again, since what was said meanwhile is lost.
 */
export function createListening(url: string) {
  const subscriptions = new Set<Subscription>();
  let client: postgres.Sql | null = null;
  let ended = false;
  let repairing = false;

  function connected(): postgres.Sql {
    client ??= postgres(url, {
      max: 1,
      idle_timeout: 0,
      max_lifetime: null,
      connection: { application_name: "sheaf listen" },
      onnotice: () => {},
      // Both are options that the client hands to each of its connections; its own `listen` is made of them, but gives up when the first reconnection fails.
      ...{
        onnotify: (channel: string, payload: string) => {
          for (const one of subscriptions) if (one.channel === channel) one.handler(payload);
        },
        onclose: () => void repair(),
      },
    });
    return client;
  }

  async function repair(): Promise<void> {
    if (ended || repairing) return;
    repairing = true;
    for (let waitMs = 100; !ended && subscriptions.size > 0; waitMs = Math.min(waitMs * 2, 5000)) {
      await sleep(waitMs);
      if (ended) break;
      try {
        for (const channel of new Set([...subscriptions].map((one) => one.channel))) await say(channel);
        for (const one of subscriptions) one.onListening();
        break;
      } catch {
        // The database is still away: wait longer and try again.
      }
    }
    repairing = false;
  }

  async function say(channel: Channel): Promise<void> {
    await connected().unsafe(`listen "${channel}"`);
  }

  /** The connection may break in the very moment that it is asked. */
  async function sayPatiently(channel: Channel): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await say(channel);
      } catch (error) {
        if (ended || attempt === 3) throw error;
        await sleep(200 * attempt);
      }
    }
  }

  return {
    /** Calls `handler` with every payload on the channel; resolves once the database listens. */
    async listen(channel: Channel, handler: (payload: string) => void, onListening: () => void = () => {}): Promise<Listener> {
      const subscription: Subscription = { channel, handler, onListening };
      subscriptions.add(subscription);
      try {
        await sayPatiently(channel);
      } catch (error) {
        subscriptions.delete(subscription);
        throw error;
      }
      onListening();
      return {
        async close() {
          subscriptions.delete(subscription);
        },
      };
    },

    async closeListening(): Promise<void> {
      ended = true;
      subscriptions.clear();
      await client?.end({ timeout: 2 });
    },
  };
}
