import { routes } from "#lib/routes.ts";
import type { Services } from "#server/context.ts";
import { digestOf, randomText } from "#server/ids.ts";

const validSeconds = 24 * 60 * 60;

/** An address that makes one administrator, once; null where there is an administrator already. Printed at boot. */
export async function offerFirstAdministrator(services: Services): Promise<string | null> {
  if ((await services.store.countUsersAt("admin")) > 0) return null;
  const key = randomText(32);
  await services.store.transaction((tx) =>
    tx.replaceOneTimeKey("first-administrator", digestOf(key), new Date(services.now().getTime() + validSeconds * 1000)),
  );
  return `${services.config.publicUrl}${routes.firstAdministrator(key)}`;
}
