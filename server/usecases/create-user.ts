import { type Level, type Person, usernameProblem } from "#lib/domain/person.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import { newId } from "#server/ids.ts";
import type { Store } from "#server/ports/store.ts";
import { hashPassword, passwordProblem } from "./passwords.ts";

export type Account = { readonly username: string; readonly password: string; readonly displayName?: string | undefined; readonly email?: string | undefined };

/** The rules for a new account, whoever makes it. Callers have authorised already. */
export async function createUser(store: Pick<Store, "insertUser">, account: Account, level: Level): Promise<Result<Person>> {
  const username = account.username.trim().toLowerCase();
  const displayName = account.displayName?.trim() || username;
  const email = account.email?.trim() || null;
  const fields = {
    ...field("username", usernameProblem(username)),
    ...field("password", passwordProblem(account.password, username)),
    ...field("displayName", displayName.length > 80 ? "Use at most 80 characters." : null),
    ...field("email", email !== null && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email) ? "This is not an e-mail address." : null),
  };
  if (Object.keys(fields).length > 0) return fail("invalid", "Some of this needs another look.", { fields });
  const passwordHash = await hashPassword(account.password);
  const user = await store.insertUser({ id: newId("user"), username, displayName, email, passwordHash, level });
  if (!user) return fail("conflict", "This name or e-mail address is taken.", { fields: { username: "This name is taken, or the e-mail address is." } });
  return ok({ id: user.id, username, displayName, level });
}

function field(name: string, problem: string | null): Record<string, string> {
  return problem === null ? {} : { [name]: problem };
}
