"use client";
import { useMe } from "#components/layout/use-me.ts";
import type { RunRecord } from "#lib/domain/run.ts";
import type { RunView } from "#lib/domain/worksheet.ts";

/** The record as it is read: one's own run carries one's name, where the stored record holds an id. */
export function useNamedRecord(run: Pick<RunView, "owner" | "record"> | null): RunRecord | null {
  const me = useMe();
  if (!run?.record) return null;
  return run.owner === "you" ? { ...run.record, who: me.data?.person?.displayName ?? null } : run.record;
}
