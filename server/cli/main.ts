import { existsSync } from "node:fs";
import path from "node:path";
import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { type Config, ConfigError, loadConfigWith } from "#server/config.ts";
import { CannotStart } from "#server/supervisor/cannot-start.ts";
import { CommandProblem } from "./command-problem.ts";

/** What `./sheaf` hands over to: reads the command line, and ends with an exit code and readable words. */
const root = path.resolve(import.meta.dirname, "../..");
const text = { type: "string" } as const;
const place = { data: text } as const;

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  const isExpected = error instanceof CommandProblem || error instanceof ConfigError || error instanceof CannotStart;
  console.error(isExpected || !(error instanceof Error) ? `sheaf: ${error instanceof Error ? error.message : String(error)}` : `sheaf: ${error.stack}`);
  process.exitCode = 1;
}
// Timers and idle connections of what was used must not keep a finished command alive.
process.exit();

async function run(words: readonly string[]): Promise<number> {
  const [command, ...rest] = words;
  switch (command) {
    case "up":
    case "dev": {
      const options = read(rest, { ...place, port: text, url: text, "no-demo": { type: "boolean" } });
      const { up } = await import("./up.ts");
      return up(configOf({ ...options, development: command === "dev" }));
    }
    case "token": {
      const options = read(afterWord(rest, "create"), { ...place, user: text, name: text, days: text, scope: { type: "string", multiple: true } });
      const { createTokenByCommand } = await import("./create-token.ts");
      return createTokenByCommand(configOf(options), options);
    }
    case "user": {
      const options = read(afterWord(rest, "create"), { ...place, user: text, level: text });
      const { createUserByCommand } = await import("./create-user.ts");
      return createUserByCommand(configOf(options), options);
    }
    case "check": {
      const { checkNotebooks } = await import("./check.ts");
      return checkNotebooks(rest);
    }
    case "doctor": {
      const { examine } = await import("./doctor.ts");
      return examine(configOf(read(rest, { ...place, port: text })));
    }
    case "backup": {
      const { values, positionals } = readWithPlace(rest, { ...place, keep: text, backup: text, verify: { type: "boolean" } });
      const { backUpByCommand } = await import("./back-up.ts");
      return backUpByCommand(configOf(values), { folder: positionals[0], keep: values.keep, backup: values.backup, verify: values.verify ?? false });
    }
    case "restore": {
      const { values, positionals } = readWithPlace(rest, { ...place, backup: text });
      const { restoreByCommand } = await import("./restore.ts");
      return restoreByCommand(configOf(values), { folder: positionals[0], backup: values.backup });
    }
    case "serve": {
      const { values, positionals } = readWithPlace(rest, { ...place, check: { type: "boolean" } });
      const { serve } = await import("./serve.ts");
      return serve(configOf(values), positionals[0], values.check);
    }
    case "init": {
      const { values, positionals } = readWithPlace(rest, { url: text });
      const { initByCommand } = await import("./init.ts");
      return initByCommand({ folder: positionals[0], url: values.url });
    }
    case "verify": {
      const { verifyByCommand } = await import("./verify.ts");
      return verifyByCommand(configOf(read(rest, place)));
    }
    case "images": {
      read(afterWord(rest, "build"), {});
      const { buildByCommand } = await import("./build-images.ts");
      return buildByCommand(configOf({}));
    }
    default:
      throw new CommandProblem(`There is no command "${command ?? ""}": try ./sheaf help`);
  }
}

function read<T extends ParseArgsOptionsConfig>(words: readonly string[], options: T) {
  return parse(words, options, false).values;
}

/** With one word that is no option: a folder. */
function readWithPlace<T extends ParseArgsOptionsConfig>(words: readonly string[], options: T) {
  const found = parse(words, options, true);
  if (found.positionals.length > 1) throw new CommandProblem(`One folder, and not "${found.positionals[1]}" too. See ./sheaf help`);
  return found;
}

function parse<T extends ParseArgsOptionsConfig>(words: readonly string[], options: T, allowPositionals: boolean) {
  try {
    return parseArgs({ args: [...words], options, strict: true, allowPositionals });
  } catch (error) {
    throw new CommandProblem(`${(error as Error).message.split(". To specify")[0]}. See ./sheaf help`);
  }
}

function afterWord([first, ...rest]: readonly string[], word: string): readonly string[] {
  if (first !== word) throw new CommandProblem(`Did you mean "${word}"? See ./sheaf help`);
  return rest;
}

/** Options of the command line count more than the environment, and that more than the file .env. */
function configOf(options: {
  data?: string | undefined;
  port?: string | undefined;
  url?: string | undefined;
  "no-demo"?: boolean | undefined;
  development?: boolean;
}): Config {
  const file = path.join(root, ".env");
  if (existsSync(file)) process.loadEnvFile(file);
  return loadConfigWith({
    ...(options.data === undefined ? {} : { SHEAF_DATA: path.resolve(options.data) }),
    ...(options.port === undefined ? {} : { SHEAF_PORT: options.port }),
    ...(options.url === undefined ? {} : { SHEAF_URL: options.url }),
    ...(options["no-demo"] ? { SHEAF_DEMO: "off" } : {}),
    ...(options.development ? { SHEAF_DEVELOPMENT: "on" } : {}),
  });
}
