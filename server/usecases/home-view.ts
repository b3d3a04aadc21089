import type { HomeEntryView, HomeUploadView, TrashedEntryView } from "#lib/domain/home.ts";
import type { HomeEntry, TrashedEntry, UploadProgress } from "#server/ports/homes.ts";

export function homeEntryView(entry: HomeEntry): HomeEntryView {
  const { identity: _identity, ...shown } = entry;
  return { ...shown, modifiedAt: entry.modifiedAt.toISOString() };
}

export function trashedEntryView(entry: TrashedEntry, trashDays: number): TrashedEntryView {
  const { id, path, kind, bytes, trashedAt } = entry;
  return { id, path, kind, bytes, trashedAt: trashedAt.toISOString(), removedAt: new Date(trashedAt.getTime() + trashDays * 86_400_000).toISOString() };
}

export function homeUploadView({ uploadId, ...progress }: UploadProgress): HomeUploadView {
  return { id: uploadId, ...progress };
}
