"use client";
import { type Answer, api } from "#components/api.ts";
import type { MergeNote, PreparedCopy, WorkingCopyView } from "#lib/domain/project.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import type { Bridge } from "./use-bridge.ts";

/** Brings newer versions into one's files: what is open is saved before, and read again where it changed. */
export async function bringIn(projectId: string, bridge: Pick<Bridge, "isThere" | "send">): Promise<Answer<PreparedCopy>> {
  if (bridge.isThere && !(await bridge.send({ type: "save-all" })))
    return { ok: false, problem: { status: 0, detail: t.lab.notAllSaved, fields: {}, retryAfterSeconds: null } };
  const prepared = await api<PreparedCopy>("POST", routes.api.projectWorkingCopy(projectId), {});
  if (prepared.ok) await readAgain(prepared.value.merged, bridge);
  return prepared;
}

/** What changed under documents that are open. */
export async function readAgain(merged: readonly MergeNote[], bridge: Pick<Bridge, "isThere" | "send">): Promise<void> {
  const paths = merged.filter(({ outcome }) => outcome !== "ours").map(({ path }) => path);
  if (bridge.isThere && paths.length > 0) await bridge.send({ type: "reload", paths });
}

/**
 * Before a lab opens: where newer versions meet work of one's own, they are joined here, so that the person hears of it.
 * Null where nothing met. Whatever fails here the opening does itself, or says why not.
 */
export async function joinBeforeOpening(projectId: string, signal: AbortSignal): Promise<PreparedCopy | null> {
  const copy = await api<WorkingCopyView>("GET", routes.api.projectWorkingCopy(projectId), undefined, signal);
  if (!copy.ok || !copy.value.made || copy.value.behind === 0 || copy.value.changeCount === 0) return null;
  const prepared = await api<PreparedCopy>("POST", routes.api.projectWorkingCopy(projectId), {}, signal);
  return prepared.ok && worthTelling(prepared.value.merged).length > 0 ? prepared.value : null;
}

/** A file that only the others changed is no news that anybody has to act on. */
export function worthTelling(merged: readonly MergeNote[]): readonly MergeNote[] {
  return merged.filter(({ outcome, notes }) => outcome !== "theirs" || notes.length > 0);
}
