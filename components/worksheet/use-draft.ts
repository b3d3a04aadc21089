"use client";
import { useCallback, useEffect, useRef, useState } from "react";
import type { Parameter } from "#lib/domain/parameter.ts";
import { type Draft, defaultDraft, draftFromQuery, type Entry, isUpload, queryFromDraft, runKey, type Upload } from "#lib/form/draft.ts";

/**
 * What is typed lives in the address: a reload, a link, the back button bring it back. Uploads, which are nobody else's,
 * stay with this tab. The first paint has the defaults, since the page is made before anybody asks for it.
 */
export function useDraft(worksheetId: string, parameters: readonly Parameter[], runId: string | null) {
  const [draft, setDraft] = useState<Draft>(() => defaultDraft(parameters));
  const [ready, setReady] = useState(false);
  /** The run that the address named on arrival: it keeps its place there until it is shown, or known to be gone. */
  const [named, setNamed] = useState<string | null>(null);
  const leaving = useRef(false);

  useEffect(() => {
    const given = draftFromQuery(parameters, new URLSearchParams(window.location.search));
    setNamed(new URLSearchParams(window.location.search).get(runKey(parameters)));
    setDraft((before) => ({ ...before, ...given, ...readUploads(worksheetId, parameters) }));
    setReady(true);
  }, [worksheetId, parameters]);

  useEffect(() => {
    const note = (event: MouseEvent) => {
      if (leadsAway(event)) leaving.current = true;
    };
    // Before the link's own handler, which stops the event and fetches the page.
    document.addEventListener("click", note, { capture: true });
    return () => document.removeEventListener("click", note, { capture: true });
  }, []);

  useEffect(() => {
    if (!ready) return;
    const timer = setTimeout(() => {
      // Writing the address takes back a step to another page that is on its way.
      if (leaving.current) return;
      const query = queryFromDraft(parameters, draft);
      const run = runId ?? named;
      if (run) query.set(runKey(parameters), run);
      const search = query.size > 0 ? `?${query}` : "";
      if (search !== window.location.search) window.history.replaceState(null, "", `${window.location.pathname}${search}${window.location.hash}`);
      writeUploads(worksheetId, draft);
    }, 150);
    return () => clearTimeout(timer);
  }, [ready, draft, runId, named, worksheetId, parameters]);

  const change = useCallback((name: string, entry: Entry) => {
    leaving.current = false;
    setDraft((before) => ({ ...before, [name]: entry }));
  }, []);
  const forgetNamed = useCallback(() => setNamed(null), []);
  return { draft, setDraft, change, ready, forgetNamed };
}

/** A plain click on a link that shows another page of the site in this tab. */
function leadsAway(event: MouseEvent): boolean {
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || !(event.target instanceof Element)) return false;
  const link = event.target.closest("a");
  return link instanceof HTMLAnchorElement && link.target !== "_blank" && !link.hasAttribute("download") && link.pathname !== window.location.pathname;
}

const uploadsKey = (worksheetId: string) => `sheaf-uploads-${worksheetId}`;

function readUploads(worksheetId: string, parameters: readonly Parameter[]): Draft {
  try {
    const kept = JSON.parse(sessionStorage.getItem(uploadsKey(worksheetId)) ?? "{}") as Record<string, Upload>;
    return Object.fromEntries(
      parameters.filter((parameter) => parameter.type === "file" && kept[parameter.name]).map((parameter) => [parameter.name, kept[parameter.name] as Upload]),
    );
  } catch {
    return {};
  }
}

function writeUploads(worksheetId: string, draft: Draft): void {
  const uploads = Object.entries(draft).filter(([, entry]) => entry !== null && isUpload(entry));
  try {
    if (uploads.length > 0) sessionStorage.setItem(uploadsKey(worksheetId), JSON.stringify(Object.fromEntries(uploads)));
    else sessionStorage.removeItem(uploadsKey(worksheetId));
  } catch {
    // Without storage a reload asks for the file again.
  }
}
