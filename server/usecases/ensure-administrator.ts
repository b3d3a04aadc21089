import { ok, type Result } from "#lib/result.ts";
import type { Services } from "#server/context.ts";
import { createUser } from "./create-user.ts";
import { hashPassword, passwordMatches } from "./passwords.ts";

/** Makes the administrator that the configuration names, or gives them the password and level it says. Called at boot. */
export async function ensureAdministrator(services: Services): Promise<Result<void>> {
  const wanted = services.config.admin;
  if (wanted === null) return ok(undefined);
  const user = await services.store.findUserByName(wanted.user.trim().toLowerCase());
  if (!user) {
    const made = await createUser(services.store, { username: wanted.user, password: wanted.password }, "admin");
    return made.ok ? ok(undefined) : made;
  }
  const passwordHash = (await passwordMatches(user.passwordHash, wanted.password)) ? user.passwordHash : await hashPassword(wanted.password);
  await services.store.updateUser(user.id, { level: "admin", passwordHash, suspendedAt: null });
  return ok(undefined);
}
