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
  const known = await passwordMatches(user.passwordHash, wanted.password);
  const passwordHash = known ? user.passwordHash : await hashPassword(wanted.password);
  await services.store.transaction(async (tx) => {
    await tx.updateUser(user.id, { level: "admin", passwordHash, suspendedAt: null });
    if (known && user.level === "admin") return;
    // Whoever took this name before may not be who the configuration means: what they hold must not become an administrator's.
    for (const id of await tx.revokeSessionsOf(user.id, null, services.now())) await tx.notify("session_revoked", id);
    await tx.revokeTokensOf(user.id, services.now());
  });
  return ok(undefined);
}
