import path from "node:path";
import type { RunPlace } from "#server/ports/storage.ts";

/** Names come from the database; they are checked once more, since a wrong one would be a way out of the folder. */
export function namesOfRun(place: RunPlace): readonly string[] {
  if (!/^run_[0-9a-z]{26}$/.test(place.runId)) throw new Error("a run id that cannot be a folder");
  if (place.username === null) return [place.runId];
  if (!/^[a-z0-9][a-z0-9-]{0,199}$/.test(place.worksheetSlug)) throw new Error("a worksheet name that cannot be a folder");
  // "2026-11-23T09:05:03.000Z" → "20261123-090503": sorts by time, and every file system takes it.
  const time = place.queuedAt.toISOString().slice(0, 19).replace(/[-:]/g, "").replace("T", "-");
  return ["runs", place.worksheetSlug, `${time}-${place.runId}`];
}

export function runFolder(dataFolder: string, place: RunPlace): string {
  const names = namesOfRun(place);
  return path.join(place.username === null ? path.join(dataFolder, "unclaimed") : homeFolder(dataFolder, place.username), ...names);
}

export function homeFolder(dataFolder: string, username: string): string {
  if (!isHomeName(username)) throw new Error("a username that cannot be a folder");
  return path.join(dataFolder, "homes", username);
}

/** Reserved names too: the library's own user has one. */
export function isHomeName(username: string): boolean {
  return /^[a-z][a-z0-9-]{1,30}[a-z0-9]$/.test(username);
}
