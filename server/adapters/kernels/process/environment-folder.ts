import { existsSync } from "node:fs";
import path from "node:path";
import type { MadeEnvironment } from "#server/ports/environments.ts";

/** Where environments that projects ask for are kept, each in a folder named by its digest. */
export function environmentsFolder(dataFolder: string): string {
  return path.join(dataFolder, "environments");
}

/** Null where it is not there. What is in the folder was whole when it got its name. */
export function findEnvironment(dataFolder: string, { digest }: Pick<MadeEnvironment, "digest">): string | null {
  const name = /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1];
  const folder = name === undefined ? null : path.join(environmentsFolder(dataFolder), name);
  return folder !== null && existsSync(folder) ? folder : null;
}
