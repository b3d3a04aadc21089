"use client";
import { safeNext } from "#lib/routes.ts";

/** next-auth's own routes, spoken to directly: its browser library would bring a second session store along. */
async function post(path: string, fields: Readonly<Record<string, string>>): Promise<{ ok: boolean; status: number; url: string }> {
  const token = (await (await fetch("/api/auth/csrf", { cache: "no-store" })).json()) as { csrfToken: string };
  const response = await fetch(path, { method: "POST", body: new URLSearchParams({ ...fields, csrfToken: token.csrfToken, json: "true" }) });
  const answer = (await response.json().catch(() => ({}))) as { url?: string };
  return { ok: response.ok, status: response.status, url: answer.url ?? "" };
}

export async function signOut(): Promise<void> {
  await post("/api/auth/signout", { callbackUrl: "/" }).catch(() => null);
  // A whole new page: nothing of the person stays in memory.
  window.location.assign("/");
}

export type SignInOutcome = "in" | "wrong" | "too_many" | "unavailable";

export async function signIn(username: string, password: string): Promise<SignInOutcome> {
  try {
    const answer = await post("/api/auth/callback/credentials", { username, password, callbackUrl: "/" });
    const error = URL.canParse(answer.url, window.location.origin) ? new URL(answer.url, window.location.origin).searchParams.get("error") : null;
    if (answer.ok && error === null) return "in";
    if (answer.status === 429 || /too.?many/i.test(error ?? "")) return "too_many";
    return answer.status >= 500 ? "unavailable" : "wrong";
  } catch {
    return "unavailable";
  }
}

/** The page asked for before signing in, read anew with the new rights. */
export function goOn(next: string | null): void {
  window.location.assign(safeNext(next));
}
