import { cookiesForLab } from "#lib/gateway/cookies.ts";
import type { ServedLab } from "./lab-pools.ts";

/** How a server in front reaches a lab, in nginx's words, and what it says there instead of what the browser said. */
export type DirectWay = { readonly upstream: string; readonly authorization: string; readonly cookie: string };

/** Null where nginx could misread the address. */
export function directWay({ address, secret }: ServedLab, cookies: string | undefined): DirectWay | null {
  const upstream = address.kind === "socket" ? `unix:${address.path}` : `${address.host}:${address.port}`;
  const isPlain = address.kind === "socket" ? /^unix:\/[\w./-]+$/.test(upstream) : /^[\w.-]+:\d+$/.test(upstream);
  return isPlain ? { upstream, authorization: secret === null ? "" : `token ${secret}`, cookie: cookiesForLab(cookies) ?? "" } : null;
}
