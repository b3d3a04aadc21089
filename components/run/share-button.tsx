"use client";
import { Check, Link2 } from "lucide-react";
import { useState } from "react";
import { api } from "#components/api.ts";
import { useMe } from "#components/layout/use-me.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";

/**
 * Copies a link that works for whoever gets it: of a signed-in person's run, which is thereby shared, its own page;
 * otherwise this worksheet with its values, where the answer waits in the cache.
 */
export function ShareButton({ runId, shared }: { runId: string | null; shared: boolean }) {
  const me = useMe();
  const [done, setDone] = useState<"no" | "copied" | "failed">("no");
  const [link, setLink] = useState("");
  const sharesRun = runId !== null && (shared || me.data?.person != null);

  async function copy() {
    const url = new URL(sharesRun && runId ? routes.run(runId) : window.location.href, window.location.origin);
    if (!sharesRun) for (const name of ["run", "run-id"]) if (url.searchParams.get(name)?.startsWith("run_")) url.searchParams.delete(name);
    setLink(url.href);
    if (sharesRun && runId && !shared) {
      const answer = await api("POST", `${routes.api.run(runId)}/share`);
      if (!answer.ok) return setDone("failed");
    }
    try {
      await navigator.clipboard.writeText(url.href);
      setDone("copied");
      setTimeout(() => setDone("no"), 2500);
    } catch {
      setDone("failed");
    }
  }

  const words = done === "copied" ? t.worksheet.copied : sharesRun && !shared ? t.worksheet.shareLink : t.worksheet.copyLink;
  return (
    <>
      <button type="button" className="button button-quiet button-small" title={sharesRun ? t.worksheet.shared : undefined} onClick={() => void copy()}>
        {done === "copied" ? <Check size={13} aria-hidden /> : <Link2 size={13} aria-hidden />}
        <span aria-live="polite">{words}</span>
      </button>
      {done === "failed" && (
        <label className="hint flex items-center gap-2">
          {t.worksheet.copyFailed}
          <input className="field w-56" readOnly value={link} onFocus={(event) => event.target.select()} />
        </label>
      )}
    </>
  );
}
