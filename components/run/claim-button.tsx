"use client";
import { useState } from "react";
import { api } from "#components/api.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";

export function ClaimButton({ id, claimKey, name }: { id: string; claimKey: string; name: string }) {
  const [problem, setProblem] = useState<string | null>(null);
  const [sending, setSending] = useState(false);

  async function claim() {
    setSending(true);
    const answer = await api("POST", `${routes.api.run(id)}/claim`, { key: claimKey });
    if (answer.ok) return window.location.assign(routes.run(id));
    setSending(false);
    setProblem(answer.problem.status === 404 ? t.run.claimBroken : answer.problem.detail);
  }

  return (
    <>
      <div role="alert">{problem && <p className="notice notice-wrong mb-4">{problem}</p>}</div>
      <button type="button" className="button button-primary" aria-disabled={sending} onClick={() => !sending && void claim()}>
        {t.run.claimAs(name)}
      </button>
    </>
  );
}
