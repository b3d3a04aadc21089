import type { SessionId, TokenId, UserId, VisitorId } from "./ids.ts";

/** How deep somebody is in: each level sees what the former sees, and more. */
export const levels = ["reader", "author", "developer", "admin"] as const;
export type Level = (typeof levels)[number];

export const roles = ["reader", "writer", "admin"] as const;
/** A role in a group. */
export type Role = (typeof roles)[number];

export const tokenScopes = ["worksheets:read", "runs:read", "runs:write", "projects:write", "admin"] as const;
export type TokenScope = (typeof tokenScopes)[number];

export type Person = {
  readonly id: UserId;
  readonly username: string;
  readonly displayName: string;
  readonly level: Level;
};

/** Who asks. Everything that acts is one of these; there is no "no actor". */
export type Actor =
  | { readonly kind: "visitor"; readonly visitorId: VisitorId | null; readonly address: string }
  | {
      readonly kind: "user";
      readonly userId: UserId;
      readonly username: string;
      readonly level: Level;
      /** How they proved it; a token carries scopes, which only ever narrow. */
      readonly via:
        | { readonly kind: "session"; readonly sessionId: SessionId }
        | { readonly kind: "token"; readonly tokenId: TokenId; readonly scopes: readonly TokenScope[] };
      readonly address: string;
    }
  /** The server itself: publishing the demo library, sweeping. */
  | { readonly kind: "system" };

export function usernameProblem(username: string): string | null {
  if (!/^[a-z][a-z0-9-]{1,30}[a-z0-9]$/.test(username)) return "Use 3 to 32 lower-case letters, digits and hyphens, beginning with a letter.";
  return reservedUsernames.has(username) ? "This name is reserved." : null;
}

const reservedUsernames = new Set(["admin", "root", "public", "anonymous", "sheaf", "api", "system", "official", "visitor", "www"]);
