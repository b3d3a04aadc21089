"use client";
import { Check, Link2 } from "lucide-react";
import { useState } from "react";
import { api } from "#components/api.ts";
import { useMe } from "#components/layout/use-me.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";

type Props = {
  runId: string | null;
  shared: boolean /** Whether the person in front may take the sharing back. */;
  mine?: boolean /** Beside buttons of full size. */;
  large?: boolean;
};

/**
 * Copies a link that works for whoever gets it: of a signed-in person's run, which is thereby shared, its own page;
 * otherwise this worksheet with its values, where the answer waits in the cache. What became of it stays written beside it.
 */
export function ShareButton({ runId, shared: initial, mine = false, large = false }: Props) {
  const me = useMe();
  const [shared, setShared] = useState(initial);
  const [copied, setCopied] = useState(false);
  const [link, setLink] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const signedIn = me.data?.person != null;
  const sharesRun = runId !== null && (shared || signedIn);
  const maySwitch = runId !== null && mine && signedIn;

  async function switchTo(value: boolean): Promise<boolean> {
    const answer = await api("POST", `${routes.api.run(runId ?? "")}/share`, { shared: value });
    setProblem(answer.ok ? null : answer.problem.detail);
    if (answer.ok) setShared(value);
    if (answer.ok && !value) setLink("");
    return answer.ok;
  }

  async function copy() {
    if (sharesRun && !shared && !(await switchTo(true))) return;
    const href = linkOf(sharesRun ? runId : null);
    setLink(href);
    const written = await navigator.clipboard?.writeText(href).then(
      () => true,
      () => false,
    );
    setCopied(written === true);
    if (written) setTimeout(() => setCopied(false), 2500);
  }

  return (
    <>
      <button type="button" className={`button print:hidden ${large ? "" : "button-quiet button-small"}`} onClick={() => void copy()}>
        {copied ? <Check size={large ? 15 : 13} aria-hidden /> : <Link2 size={large ? 15 : 13} aria-hidden />}
        <span aria-live="polite">{copied ? t.worksheet.copied : sharesRun && !shared ? t.worksheet.shareLink : t.worksheet.copyLink}</span>
      </button>
      <div role="status" className="contents">
        {problem && <p className="notice notice-wrong order-last basis-full">{problem}</p>}
        {(link !== "" || (maySwitch && shared)) && (
          <p className="hint order-last flex basis-full flex-wrap items-center gap-x-3 gap-y-1 print:hidden">
            <span>{sharesRun ? t.worksheet.shared : t.worksheet.linkOfValues}</span>
            {link !== "" && (
              <input
                className="field h-7 min-h-7 w-72 max-w-full py-0 text-xs"
                aria-label={t.worksheet.link}
                readOnly
                value={link}
                onFocus={(event) => event.target.select()}
              />
            )}
            {maySwitch && shared && (
              <button type="button" className="link cursor-pointer" onClick={() => void switchTo(false)}>
                {t.worksheet.stopSharing}
              </button>
            )}
          </p>
        )}
      </div>
    </>
  );
}

function linkOf(runId: string | null): string {
  const url = new URL(runId === null ? window.location.href : routes.run(runId), window.location.origin);
  if (runId === null) for (const name of ["run", "run-id"]) if (url.searchParams.get(name)?.startsWith("run_")) url.searchParams.delete(name);
  return url.href;
}
