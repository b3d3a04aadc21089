"use client";
import { RotateCcw, Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { AlertDialog } from "radix-ui";
import { useState } from "react";
import { api } from "#components/api.ts";
import { Age } from "#components/layout/age.tsx";
import type { HomeEntryView, TrashedEntryView } from "#lib/domain/home.ts";
import { formatBytes, formatInstant } from "#lib/format.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { FileIcon } from "./file-icon.tsx";

const words = t.home.bin;
type Said = { readonly words: string; readonly wrong: boolean };

export function TrashView({ items }: { items: readonly TrashedEntryView[] }) {
  const router = useRouter();
  const [said, setSaid] = useState<Said | null>(null);
  const tell = (ok: boolean, text: string) => {
    setSaid({ words: text, wrong: !ok });
    router.refresh();
  };
  async function restore(item: TrashedEntryView) {
    const answer = await api<HomeEntryView>("POST", routes.api.trashed(item.id));
    tell(answer.ok, answer.ok ? words.restored(answer.value.path) : answer.problem.detail);
  }
  async function remove(item: TrashedEntryView) {
    const answer = await api("DELETE", routes.api.trashed(item.id));
    tell(answer.ok, answer.ok ? words.removed(item.path) : answer.problem.detail);
  }
  async function emptyAll() {
    const answer = await api("DELETE", routes.api.homeTrash());
    tell(answer.ok, answer.ok ? words.emptied : answer.problem.detail);
  }
  return (
    <div>
      {items.length > 0 && <EmptyAll items={items} onYes={() => void emptyAll()} />}
      <div role={said?.wrong ? "alert" : "status"}>
        {said && <p className={`notice mt-4 wrap-anywhere ${said.wrong ? "notice-wrong" : ""}`}>{said.words}</p>}
      </div>
      {items.length === 0 ? (
        <div className="mt-4 border-y border-line py-12 text-center">
          <p className="font-serif text-xl font-semibold">{words.empty}</p>
          <p className="mx-auto mt-2 max-w-prose font-serif text-base text-soft">{words.emptyHint}</p>
        </div>
      ) : (
        <ul className="mt-3 border-t border-line-strong">
          {items.map((item) => (
            <Row key={item.id} item={item} onRestore={() => void restore(item)} onRemove={() => void remove(item)} />
          ))}
        </ul>
      )}
    </div>
  );
}

function Row({ item, onRestore, onRemove }: { item: TrashedEntryView; onRestore: () => void; onRemove: () => void }) {
  const name = item.path.split("/").at(-1) ?? item.path;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-line py-2">
      <div className="min-w-0 flex-1 basis-60">
        <p className="file-link min-h-0">
          <FileIcon entry={{ kind: item.kind, name }} />
          <span className="min-w-0 wrap-anywhere">{item.path}</span>
        </p>
        <p className="hint pl-6.5">
          {formatBytes(item.bytes)} · {words.deleted} <Age at={item.trashedAt} /> · {words.until} {formatInstant(item.removedAt).split(",")[0]}
        </p>
      </div>
      <div className="flex gap-1">
        <button type="button" className="button button-small" aria-label={words.restoreOf(item.path)} onClick={onRestore}>
          <RotateCcw size={13} aria-hidden />
          {words.restore}
        </button>
        <button type="button" className="button button-small button-quiet" aria-label={words.removeOf(item.path)} onClick={onRemove}>
          {words.remove}
        </button>
      </div>
    </li>
  );
}

function EmptyAll({ items, onYes }: { items: readonly TrashedEntryView[]; onYes: () => void }) {
  const size = formatBytes(items.reduce((sum, item) => sum + item.bytes, 0));
  return (
    <AlertDialog.Root>
      <AlertDialog.Trigger className="button button-wrong mt-4">
        <Trash2 size={15} aria-hidden />
        {words.emptyAll}
      </AlertDialog.Trigger>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className="overlay" />
        <AlertDialog.Content className="dialog">
          <AlertDialog.Title className="font-serif text-xl font-semibold">{words.emptyAsk}</AlertDialog.Title>
          <AlertDialog.Description className="mt-2 text-soft">{words.emptyWhat(items.length, size)}</AlertDialog.Description>
          <div className="mt-5 flex flex-wrap justify-end gap-2">
            <AlertDialog.Cancel className="button">{words.keep}</AlertDialog.Cancel>
            <AlertDialog.Action className="button button-wrong" onClick={onYes}>
              {words.emptyAll}
            </AlertDialog.Action>
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
