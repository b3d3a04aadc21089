import type { CommitId, RepositoryId } from "#lib/domain/ids.ts";
import type { Result } from "#lib/result.ts";
import type { CommitRequest, Forge } from "#server/ports/forge.ts";

export const author = { name: "Ada", email: "ada@example.org", at: new Date("2026-01-02T03:04:05Z") };
export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
export const text = (data: Uint8Array): string => new TextDecoder().decode(data);
export const request = (changes: Record<string, string | null>, parent: CommitId | null = null): CommitRequest => ({
  ref: "main",
  parent,
  message: "Save",
  author,
  changes: new Map(Object.entries(changes).map(([name, text]) => [name, text === null ? null : bytes(text)])),
});

export function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.failure.code}: ${result.failure.message}`);
  return result.value;
}

/** The code of a failure, or "ok". */
export async function failure(result: Promise<Result<unknown>>): Promise<string> {
  const settled = await result;
  return settled.ok ? "ok" : settled.failure.code;
}

/** A repository with one commit. */
export async function repositoryOf(forge: Forge, changes: Record<string, string | null>): Promise<{ id: RepositoryId; commit: CommitId }> {
  const id = value(await forge.createRepository("test"));
  return { id, commit: value(await forge.commit(id, request(changes))) };
}
