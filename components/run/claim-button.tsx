"use client";
import { useState } from "react";
import { api } from "#components/api.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";

type Props = { id: string; claimKey: string; name: string /** Whether everybody with the link reads the run now. */; shared: boolean };

export function ClaimButton({ id, claimKey, name, shared }: Props) {
  const [problem, setProblem] = useState<string | null>(null);
  const [sending, setSending] = useState(false);
  const [staysShared, setStaysShared] = useState(true);

  async function claim() {
    setSending(true);
    const answer = await api("POST", `${routes.api.run(id)}/claim`, { key: claimKey });
    const settled = answer.ok && shared && !staysShared ? await api("POST", `${routes.api.run(id)}/share`, { shared: false }) : answer;
    if (settled.ok) return window.location.assign(routes.run(id));
    setSending(false);
    setProblem(settled.problem.status === 404 ? t.run.claimBroken : settled.problem.detail);
  }

  return (
    <>
      <div role="alert">{problem && <p className="notice notice-wrong mb-4">{problem}</p>}</div>
      {shared && (
        <label className="mb-5 flex cursor-pointer items-baseline gap-2.5">
          <input type="checkbox" checked={staysShared} onChange={(event) => setStaysShared(event.target.checked)} />
          <span>
            {t.run.claimShared}
            <span className="hint block">{t.run.claimSharedHint}</span>
          </span>
        </label>
      )}
      <button type="button" className="button button-primary" aria-disabled={sending} onClick={() => !sending && void claim()}>
        {t.run.claimAs(name)}
      </button>
    </>
  );
}
