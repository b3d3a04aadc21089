import type { Actor } from "#lib/domain/person.ts";
import type { Config } from "./config.ts";
import type { Logger } from "./log.ts";
import type { Forge } from "./ports/forge.ts";
import type { Homes } from "./ports/homes.ts";
import type { Storage } from "./ports/storage.ts";
import type { Store } from "./ports/store.ts";

/** All that a use-case may touch. Made once per request (or per job) by `server/container.ts`. */
export type Context = Services & {
  readonly actor: Actor;
  readonly requestId: string;
};

/** Lives as long as the process. */
export type Services = {
  readonly config: Config;
  readonly store: Store;
  readonly forge: Forge;
  readonly storage: Storage;
  readonly homes: Homes;
  readonly log: Logger;
  readonly now: () => Date;
};
