import { randomBytes } from "node:crypto";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { type Level, levels } from "#lib/domain/person.ts";
import type { Config } from "#server/config.ts";
import { createUser } from "#server/usecases/create-user.ts";
import { CommandProblem } from "./command-problem.ts";
import { withServices } from "./with-services.ts";

type Options = { user?: string | undefined; level?: string | undefined };
type Password = { readonly text: string; readonly made: boolean };

/** Makes an account. The password comes from SHEAF_NEW_PASSWORD, or is asked for; with nobody to ask one is made and printed. */
export async function createUserByCommand(config: Config, options: Options): Promise<number> {
  const username = options.user;
  if (!username) throw new CommandProblem("Say how the account is called: --user NAME");
  const level = levelOf(options.level ?? "reader");
  const password = await choosePassword(config);
  const user = await withServices(config, (services) => createUser(services.store, { username, password: password.text }, level));
  if (!user.ok) throw new CommandProblem([user.failure.message, ...Object.values(user.failure.fields ?? {})].join(" "));
  console.log(`${user.value.username} is made, as ${level}.`);
  if (password.made) console.log(`Password: ${password.text}`);
  return 0;
}

function levelOf(text: string): Level {
  const level = levels.find((known) => known === text);
  if (!level) throw new CommandProblem(`No level is called "${text}". There are: ${levels.join(", ")}`);
  return level;
}

async function choosePassword(config: Config): Promise<Password> {
  if (config.newPassword !== null) return { text: config.newPassword, made: false };
  if (!process.stdin.isTTY) return { text: randomBytes(15).toString("base64url"), made: true };
  const typed = await askUnseen("Password (leave empty to have one made): ");
  if (typed === "") return { text: randomBytes(15).toString("base64url"), made: true };
  if ((await askUnseen("Once more: ")) !== typed) throw new CommandProblem("The two are not the same: nothing was made.");
  return { text: typed, made: false };
}

/** Reads a line that is not shown. */
async function askUnseen(question: string): Promise<string> {
  process.stderr.write(question);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  reader.on("SIGINT", () => process.exit(130));
  const answer = await reader.question("");
  reader.close();
  process.stderr.write("\n");
  return answer;
}
