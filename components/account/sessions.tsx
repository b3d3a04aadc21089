"use client";
import { useState } from "react";
import { api } from "#components/api.ts";
import { Age } from "#components/layout/age.tsx";
import { t } from "#lib/messages/en.ts";

export type SessionRow = { readonly id: string; readonly userAgent: string | null; readonly seenAt: string; readonly current: boolean };

export function Sessions({ sessions }: { sessions: readonly SessionRow[] }) {
  const [problem, setProblem] = useState<string | null>(null);

  async function signOutEverywhere() {
    const answer = await api("DELETE", "/api/v1/sign-ins");
    if (answer.ok) window.location.assign("/");
    else setProblem(answer.problem.detail);
  }

  return (
    <section aria-labelledby="sessions">
      <h2 id="sessions" className="text-xl">
        {t.me.sessions}
      </h2>
      <p className="mb-3 text-soft">{t.me.sessionsHint}</p>
      <ul className="rows">
        {sessions.map((session) => (
          <li key={session.id} className="flex flex-wrap items-baseline gap-x-3 py-2">
            <span className="label">{browserOf(session.userAgent)}</span>
            <span className="hint">{session.current ? t.me.thisBrowser : <Age at={session.seenAt} />}</span>
          </li>
        ))}
      </ul>
      <div role="alert">{problem && <p className="notice notice-wrong mt-3">{problem}</p>}</div>
      <button type="button" className="button mt-4" onClick={() => void signOutEverywhere()}>
        {t.me.signOutAll}
      </button>
    </section>
  );
}

/** "Firefox on Linux": enough to tell one's own browsers apart. */
function browserOf(agent: string | null): string {
  if (!agent) return t.me.unknownBrowser;
  const browser = (["Edg", "Firefox", "Chrome", "Safari"] as const).find((name) => agent.includes(`${name}/`));
  const system = (["Android", "iPhone", "iPad", "Windows", "Mac OS X", "Linux"] as const).find((name) => agent.includes(name));
  return browser ? t.me.browserOn(browser === "Edg" ? "Edge" : browser, system ?? "") : t.me.unknownBrowser;
}
