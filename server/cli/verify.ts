import type { Config } from "#server/config.ts";
import { createTerminal } from "#server/supervisor/console.ts";
import { verifyData } from "#server/usecases/verify-data.ts";
import { withServices } from "./with-services.ts";

/** `./sheaf verify`: whether everything is there that the database names. Exit code 1 where something is not. */
export async function verifyByCommand(config: Config): Promise<number> {
  const terminal = createTerminal();
  const found = await withServices(config, (services) => verifyData(services, (text) => terminal.say(`${text} …`)));
  for (const problem of found.problems) terminal.warn(problem);
  if (found.removedByOwners > 0) terminal.say(`${found.removedByOwners} results lack files in their owners' homes, which they may have removed.`);
  const looked = `${found.repositories} repositories and ${found.runs} kept results were looked at`;
  terminal.say(found.problems.length === 0 ? `All is there: ${looked}.` : `${found.problems.length} problems: ${looked}.`);
  return found.problems.length === 0 ? 0 : 1;
}
