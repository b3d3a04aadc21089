import "server-only";
import type { z } from "zod";
import type { ActionOutcome } from "#components/project/action-outcome.ts";
import { t } from "#lib/messages/en.ts";
import type { Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { passingFailure } from "#server/next/passing-failure.ts";
import { requestContext } from "#server/next/request-context.ts";

/** What every action does: parse once, find out who asks, call. */
export async function acting<T>(schema: z.ZodType<T>, given: unknown, act: (ctx: Context, input: T) => Promise<ActionOutcome>): Promise<ActionOutcome> {
  const parsed = schema.safeParse(given);
  if (!parsed.success) return { ok: false, failure: { code: "invalid", message: t.projects.notUnderstood } };
  return passing(async () => act(await requestContext(), parsed.data));
}

/** What passes by itself is said where it was asked: an error page would take along what somebody has typed. */
export async function passing<T>(act: () => Promise<T>): Promise<T | Result<never>> {
  try {
    return await act();
  } catch (error) {
    const failure = passingFailure(error);
    if (!failure) throw error;
    return { ok: false, failure };
  }
}

export function said(result: Result<unknown>, words?: string): ActionOutcome {
  return result.ok ? { ok: true, ...(words === undefined ? {} : { said: words }) } : result;
}
