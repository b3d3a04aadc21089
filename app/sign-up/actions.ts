"use server";
import { z } from "zod";
import { t } from "#lib/messages/en.ts";
import type { Failure } from "#lib/result.ts";
import { requestContext } from "#server/next/request-context.ts";
import { acceptFirstAdministrator } from "#server/usecases/accept-first-administrator.ts";
import { signUp } from "#server/usecases/sign-up.ts";

const fieldsSchema = z.object({
  username: z.string().max(200),
  displayName: z.string().max(200),
  email: z.string().max(200).nullable(),
  password: z.string().max(1000),
  key: z.string().max(200).nullable(),
});

/** Null when the account is there; the browser then signs in as it always does. */
export async function makeAccount(given: unknown): Promise<Failure | null> {
  const parsed = fieldsSchema.safeParse(given);
  if (!parsed.success) return { code: "invalid", message: t.account.unavailable };
  const { key, email, ...fields } = parsed.data;
  const account = { ...fields, email: email ?? undefined };
  const ctx = await requestContext();
  const result = key === null ? await signUp(ctx, account) : await acceptFirstAdministrator(ctx, { ...account, key });
  return result.ok ? null : result.failure;
}
