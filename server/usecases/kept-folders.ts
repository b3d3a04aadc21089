import { fail, ok, type Result } from "#lib/result.ts";

const kept = ["projects", "runs", "settings", "private"];

/** The folders that every home has keep their place and name: projects, runs and settings are looked for there. */
export function refuseKeptFolder(path: string): Result<void> {
  return kept.includes(path) ? fail("forbidden", `The folder “${path}” belongs to every home and stays where it is.`) : ok(undefined);
}
