import "server-only";
import { createHmac, timingSafeEqual } from "node:crypto";
import { cookies } from "next/headers";
import { z } from "zod";
import { cookieNames, isSecure } from "#lib/cookies.ts";
import { routes } from "#lib/routes.ts";
import type { Config } from "#server/config.ts";
import { secretOf } from "./visitor-cookie.ts";

/**
 * That somebody pressed "Make a copy" before they had an account. The signed cookie is set by their own press and read
 * once they are signed in: an address alone never makes a copy.
 */
const intentSchema = z.object({
  project: z.string().max(200),
  path: z.string().max(1000).nullable(),
  /** As in a worksheet's address: "pop=50&sites=a". */
  values: z.string().max(2000).nullable(),
  until: z.number(),
});
export type CopyIntent = z.infer<typeof intentSchema>;
export type CopyWish = Pick<CopyIntent, "path" | "values">;

const lifeSeconds = 1800;

export async function keepCopyIntent(config: Config, wish: Omit<CopyIntent, "until">, now: Date): Promise<void> {
  const payload = Buffer.from(JSON.stringify({ ...wish, until: now.getTime() + lifeSeconds * 1000 })).toString("base64url");
  (await cookies()).set(cookieNames(config.publicUrl).copy, `${payload}.${signatureOf(config, payload)}`, options(config, lifeSeconds));
}

/** The wish to copy this project, if this browser has one that is young enough. */
export async function readCopyIntent(config: Config, project: string, now: Date): Promise<CopyIntent | null> {
  const [payload = "", signature = ""] = ((await cookies()).get(cookieNames(config.publicUrl).copy)?.value ?? "").split(".", 2);
  const [given, right] = [Buffer.from(signature), Buffer.from(signatureOf(config, payload))];
  if (given.length !== right.length || !timingSafeEqual(given, right)) return null;
  const intent = intentSchema.safeParse(JSON.parse(Buffer.from(payload, "base64url").toString()));
  return intent.success && intent.data.project === project && intent.data.until > now.getTime() ? intent.data : null;
}

/** Only within an action. */
export async function forgetCopyIntent(config: Config): Promise<void> {
  (await cookies()).set(cookieNames(config.publicUrl).copy, "", options(config, 0));
}

/** The page that makes a copy, with what shall come along. */
export function copyAddress(slug: string, { path, values }: CopyWish): string {
  const query = new URLSearchParams({ ...(path === null ? {} : { path }), ...(values === null ? {} : { values }) }).toString();
  return query === "" ? routes.projectCopy(slug) : `${routes.projectCopy(slug)}?${query}`;
}

/** Where somebody goes on in their copy: in the form with their values, where they came from a worksheet. */
export function copiedAddress(slug: string, { path, values }: CopyWish): string {
  if (path === null) return routes.project(slug);
  return values === null ? routes.projectParameters(slug, path) : `${routes.projectParameters(slug, path)}&values=${encodeURIComponent(values)}`;
}

function options(config: Config, maxAge: number) {
  return { httpOnly: true, sameSite: "lax" as const, path: "/", secure: isSecure(config.publicUrl), maxAge };
}

function signatureOf(config: Config, payload: string): string {
  return createHmac("sha256", secretOf(config)).update(`copy:${payload}`).digest("base64url");
}
