import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
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

export function createLabCookies(secret: string, isSecure: boolean): LabCookies {
  const key = Buffer.from(hkdfSync("sha256", secret, "", "sheaf lab cookie", 32));
  const sign = (text: string) => createHmac("sha256", key).update(text).digest("base64url");
  const nameFor = (basePath: string) => (isSecure && basePath === "/" ? "__Host-sheaf-lab" : "sheaf-lab");
  return {
    write({ label, userId, sessionId, issuedAt }, basePath) {
      const text = [label, userId, sessionId, issuedAt.toString(36)].join(".");
      return `${nameFor(basePath)}=${text}.${sign(text)}; Path=${basePath}; HttpOnly; SameSite=Strict${isSecure ? "; Secure" : ""}`;
    },
    read(header, label, basePath) {
      // A page on another lab's host can set a cookie of this name for all hosts, but sign none.
      for (const { name, value } of readCookies(header)) {
        if (name !== nameFor(basePath) || !value.startsWith(`${label}.`)) continue;
        const end = value.lastIndexOf(".");
        const [given, right] = [Buffer.from(value.slice(end + 1)), Buffer.from(sign(value.slice(0, end)))];
        if (given.length !== right.length || !timingSafeEqual(given, right)) continue;
        const [, userId = "", sessionId = "", issued = ""] = value.split(".");
        if (isId("user", userId) && isId("session", sessionId)) return { label, userId, sessionId, issuedAt: Number.parseInt(issued, 36) };
      }
      return null;
    },
  };
}
