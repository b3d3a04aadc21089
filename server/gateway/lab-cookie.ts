import { createHmac, createSecretKey, hkdfSync, timingSafeEqual } from "node:crypto";
import type { SessionId, UserId } from "#lib/domain/ids.ts";
import { isId } from "#lib/domain/ids.ts";
import { readCookies } from "#lib/gateway/cookies.ts";

/** Who was let into a lab, and by which sign-in. */
export type LabPass = { readonly label: string; readonly userId: UserId; readonly sessionId: SessionId; readonly issuedAt: number };

export type LabCookies = {
  /** A Set-Cookie value: for this host alone, unreadable to its pages, never sent from other sites. */
  write(pass: LabPass, basePath: string): string;
  /** The pass that a Cookie header holds for this label; of several of the name any true one counts. */
  read(header: string | undefined, label: string, basePath: string): LabPass | null;
};

const remembered = 10_000;

export function createLabCookies(secret: string, isSecure: boolean): LabCookies {
  const key = createSecretKey(Buffer.from(hkdfSync("sha256", secret, "", "sheaf lab cookie", 32)));
  const sign = (text: string) => createHmac("sha256", key).update(text).digest("base64url");
  const nameFor = (basePath: string) => (isSecure && basePath === "/" ? "__Host-sheaf-lab" : "sheaf-lab");
  // A page asks many times with one cookie: what was found true stays true, whether its sign-in lives is asked elsewhere.
  const verified = new Map<string, LabPass>();
  const verify = (value: string): LabPass | null => {
    const known = verified.get(value);
    if (known) return known;
    const pass = passIn(value, sign);
    if (pass === null) return null;
    if (verified.size >= remembered) verified.clear();
    verified.set(value, pass);
    return pass;
  };
  return {
    write({ label, userId, sessionId, issuedAt }, basePath) {
      const text = [label, userId, sessionId, issuedAt.toString(36)].join(".");
      return `${nameFor(basePath)}=${text}.${sign(text)}; Path=${basePath}; HttpOnly; SameSite=Strict${isSecure ? "; Secure" : ""}`;
    },
    read(header, label, basePath) {
      // A page on another lab's host can set a cookie of this name for all hosts, but sign none.
      for (const { name, value } of readCookies(header)) {
        if (name !== nameFor(basePath) || !value.startsWith(`${label}.`)) continue;
        const pass = verify(value);
        if (pass?.label === label) return pass;
      }
      return null;
    },
  };
}

function passIn(value: string, sign: (text: string) => string): LabPass | null {
  const end = value.lastIndexOf(".");
  const [given, right] = [Buffer.from(value.slice(end + 1)), Buffer.from(sign(value.slice(0, end)))];
  if (given.length !== right.length || !timingSafeEqual(given, right)) return null;
  const [label = "", userId = "", sessionId = "", issued = ""] = value.split(".");
  return isId("user", userId) && isId("session", sessionId) ? { label, userId, sessionId, issuedAt: Number.parseInt(issued, 36) } : null;
}
