"use client";
import { useRouter } from "next/navigation";
import { useEffect, useRef, useState } from "react";
import { type Answer, api } from "#components/api.ts";
import type { HomeEntryView, TrashedEntryView } from "#lib/domain/home.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";

/** What was done last, in words, with the way back where there is one. */
export type Said = { readonly words: string; readonly undo?: () => Promise<void>; readonly wrong?: boolean };

/** What can be done in one folder of one's own home. What is refused at its own place answers with what is wrong, or null. */
export function useHomeActions(path: string, entries: readonly HomeEntryView[]) {
  const router = useRouter();
  const [said, setSaid] = useState<Said | null>(null);
  const focusOn = useFocusOnEntry(entries);

  async function rename(entry: HomeEntryView, name: string): Promise<string | null> {
    const answer = await api("POST", routes.api.homeFile(entry.path), { action: "move", to: inFolder(path, name) });
    if (!answer.ok) return answer.problem.detail;
    setSaid({ words: t.home.renamed(name) });
    focusOn(inFolder(path, name));
    router.refresh();
    return null;
  }

  async function move(entry: HomeEntryView, folder: string): Promise<string | null> {
    const to = inFolder(folder, entry.name);
    const answer = await api("POST", routes.api.homeFile(entry.path), { action: "move", to });
    if (!answer.ok) return answer.problem.detail;
    const undo = async () => {
      const back = await api("POST", routes.api.homeFile(to), { action: "move", to: entry.path });
      undone(back, t.home.movedBack(entry.name), entry.path);
    };
    setSaid({ words: t.home.moved(entry.name, folder === "" ? t.home.root : folder), undo });
    router.refresh();
    return null;
  }

  async function remove(entry: HomeEntryView) {
    const answer = await api<TrashedEntryView>("DELETE", routes.api.homeFile(entry.path));
    setSaid(answer.ok ? { words: t.home.trashed(entry.name), undo: () => restore(answer.value) } : { words: answer.problem.detail, wrong: true });
    router.refresh();
  }

  async function restore(trashed: TrashedEntryView) {
    const answer = await api<HomeEntryView>("POST", routes.api.trashed(trashed.id));
    undone(answer, answer.ok ? t.home.undone(answer.value.name) : "", answer.ok ? answer.value.path : "");
  }

  function undone(answer: Answer<unknown>, words: string, at: string) {
    setSaid(answer.ok ? { words } : { words: answer.problem.detail, wrong: true });
    if (answer.ok) focusOn(at);
    router.refresh();
  }

  async function make(name: string): Promise<string | null> {
    const answer = await api("POST", routes.api.homeFile(inFolder(path, name)), { action: "make-folder" });
    if (!answer.ok) return answer.problem.detail;
    setSaid({ words: t.home.made(name) });
    focusOn(inFolder(path, name));
    router.refresh();
    return null;
  }

  return { said, rename, move, remove, make };
}

/** The focus follows what was renamed, made or brought back, as soon as the list shows it. */
function useFocusOnEntry(entries: readonly HomeEntryView[]): (path: string) => void {
  const wanted = useRef<string | null>(null);
  useEffect(() => {
    if (wanted.current === null || !entries.some((entry) => entry.path === wanted.current)) return;
    focusEntry(wanted.current);
    wanted.current = null;
  }, [entries]);
  return (path) => {
    wanted.current = path;
  };
}

export function focusEntry(path: string): void {
  document.querySelector<HTMLElement>(`[data-entry="${CSS.escape(path)}"]`)?.focus();
}

export function inFolder(folder: string, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}
