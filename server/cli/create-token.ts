import type { SessionId } from "#lib/domain/ids.ts";
import { type Actor, tokenScopes } from "#lib/domain/person.ts";
import type { Config } from "#server/config.ts";
import { newId } from "#server/ids.ts";
import { createToken } from "#server/usecases/create-token.ts";
import { CommandProblem } from "./command-problem.ts";
import { withServices } from "./with-services.ts";

type Options = { user?: string | undefined; name?: string | undefined; days?: string | undefined; scope?: string[] | undefined };

const usualScopes = ["worksheets:read", "runs:read", "runs:write"];

/** Prints the token alone: it is shown this once. */
export async function createTokenByCommand(config: Config, options: Options): Promise<number> {
  const { user } = options;
  if (!user) throw new CommandProblem("Say whose token it is: --user NAME");
  const asked = (options.scope ?? usualScopes).flatMap((scope) => scope.split(","));
  const scopes = tokenScopes.filter((scope) => asked.includes(scope));
  const unknown = asked.filter((scope) => !(tokenScopes as readonly string[]).includes(scope));
  if (unknown.length > 0) throw new CommandProblem(`No scope is called ${unknown.join(", ")}. There are: ${tokenScopes.join(", ")}`);
  const token = await withServices(config, async (services) => {
    const owner = await services.store.findUserByName(user.trim().toLowerCase());
    if (!owner) throw new CommandProblem(`There is no user "${user}": ./sheaf user create --user NAME makes one.`);
    // Whoever may read the data folder could sign in as anybody; the command acts as the person themselves.
    const actor: Actor = {
      kind: "user",
      userId: owner.id,
      username: owner.username,
      level: owner.level,
      via: { kind: "session", sessionId: newId("session") as SessionId },
      address: "",
    };
    const days = options.days === undefined ? 90 : Number(options.days);
    return createToken({ ...services, actor, requestId: "command" }, { name: options.name ?? "command line", scopes, days });
  });
  if (!token.ok) throw new CommandProblem([token.failure.message, ...Object.values(token.failure.fields ?? {})].join(" "));
  console.log(token.value.token);
  return 0;
}
