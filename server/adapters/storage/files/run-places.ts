import path from "node:path";
import { usernameProblem } from "#lib/domain/person.ts";
import type { RunPlace } from "#server/ports/storage.ts";

/** Names come from the database; they are checked once more, since a wrong one would be a way out of the folder. */
export function runFolder(dataFolder: string, place: RunPlace): string {
  if (!/^run_[0-9a-z]{26}$/.test(place.runId)) throw new Error("a run id that cannot be a folder");
  if (place.username === null) return path.join(dataFolder, "unclaimed", place.runId);
  if (!/^[a-z0-9][a-z0-9-]{0,199}$/.test(place.worksheetSlug)) throw new Error("a worksheet name that cannot be a folder");
  // "2026-11-23T09:05:03.000Z" → "20261123-090503": sorts by time, and every file system takes it.
  const time = place.queuedAt.toISOString().slice(0, 19).replace(/[-:]/g, "").replace("T", "-");
  return path.join(homeFolder(dataFolder, place.username), "runs", place.worksheetSlug, `${time}-${place.runId}`);
}

export function homeFolder(dataFolder: string, username: string): string {
  // The library's own user has a reserved name, which no person can take.
  if (username !== "sheaf" && usernameProblem(username)) throw new Error("a username that cannot be a folder");
  return path.join(dataFolder, "homes", username);
}
