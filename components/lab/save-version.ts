"use client";
import { type Answer, api } from "#components/api.ts";
import type { SavedVersion } from "#lib/domain/project.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { readAgain } from "./bring-in.ts";
import type { Bridge } from "./use-bridge.ts";

export type SavePhase = "documents" | "version";

/** Saves what is open in the lab, then a version of all files; documents that others changed meanwhile are read again. */
export async function saveVersion(
  projectId: string,
  message: string,
  bridge: Pick<Bridge, "isThere" | "send">,
  onPhase: (phase: SavePhase) => void,
): Promise<Answer<SavedVersion>> {
  onPhase("documents");
  if (bridge.isThere && !(await bridge.send({ type: "save-all" })))
    return { ok: false, problem: { status: 0, detail: t.lab.notAllSaved, fields: {}, retryAfterSeconds: null } };
  onPhase("version");
  const saved = await api<SavedVersion>("POST", routes.api.projectVersions(projectId), { message });
  if (saved.ok) await readAgain(saved.value.merged, bridge);
  return saved;
}
