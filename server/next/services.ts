import { loadConfig } from "#server/config.ts";
import { type OpenServices, openServices } from "#server/container.ts";
import { createSessionCache, type SessionCache } from "#server/usecases/authenticate-session.ts";

export type Web = { readonly services: OpenServices; readonly sessions: SessionCache };

/** Next bundles each route on its own, so that a module may be loaded several times in one process; this key is one. */
const key = Symbol.for("sheaf.web");
const place = globalThis as { [key]?: Promise<Web> };

/** What lives as long as the web process, opened at the first need. */
export function web(): Promise<Web> {
  place[key] ??= open().catch((error: unknown) => {
    // The next request tries again.
    delete place[key];
    throw error;
  });
  return place[key];
}

/** For tests, and whoever embeds the pages: services that are open already. */
export function openWebWith(opened: Web): void {
  place[key] = Promise.resolve(opened);
}

async function open(): Promise<Web> {
  const services = await openServices(loadConfig(), "web");
  return { services, sessions: await createSessionCache(services) };
}
