"use client";
import { t } from "#lib/messages/en.ts";

/** A refusal in the shape of RFC 9457, as far as the pages use it. */
export type Problem = {
  readonly status: number;
  readonly detail: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly retryAfterSeconds: number | null;
};
export type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem };

/** Speaks to this site's own REST interface; never throws, so that nothing typed is lost to an exception. */
export async function api<T>(method: "GET" | "POST" | "DELETE", address: string, body?: FormData | object, signal?: AbortSignal): Promise<Answer<T>> {
  try {
    const isForm = body instanceof FormData;
    const response = await fetch(address, {
      method,
      headers: { Accept: "application/json", ...(body && !isForm && { "Content-Type": "application/json" }) },
      ...(body && { body: isForm ? body : JSON.stringify(body) }),
      ...(signal && { signal }),
      cache: "no-store",
    });
    const text = await response.text();
    const content: unknown = text === "" ? null : JSON.parse(text);
    return response.ok ? { ok: true, value: content as T } : { ok: false, problem: problemFrom(response, content) };
  } catch {
    return { ok: false, problem: { status: 0, detail: t.worksheet.noAnswer, fields: {}, retryAfterSeconds: null } };
  }
}

/** Reads a refusal, however it was asked for. */
export function problemFrom(response: { readonly status: number; readonly headers: Pick<Headers, "get"> }, content: unknown): Problem {
  const document = (typeof content === "object" && content !== null ? content : {}) as Record<string, unknown>;
  const retryAfter = Number(response.headers.get("Retry-After"));
  return {
    status: response.status,
    detail: String(document.detail ?? document.title ?? t.worksheet.noAnswer),
    fields: (document.fields ?? {}) as Record<string, string>,
    retryAfterSeconds: Number.isFinite(retryAfter) && retryAfter > 0 ? retryAfter : null,
  };
}
