import "server-only";
import type { z } from "zod";
import type { ActionOutcome } from "#components/project/action-outcome.ts";
import { t } from "#lib/messages/en.ts";
import type { Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { requestContext } from "#server/next/request-context.ts";

/** What every action does: parse once, find out who asks, call. */
export async function acting<T>(schema: z.ZodType<T>, given: unknown, act: (ctx: Context, input: T) => Promise<ActionOutcome>): Promise<ActionOutcome> {
  const parsed = schema.safeParse(given);
  if (!parsed.success) return { ok: false, failure: { code: "invalid", message: t.projects.notUnderstood } };
  return act(await requestContext(), parsed.data);
}

export function said(result: Result<unknown>, words?: string): ActionOutcome {
  return result.ok ? { ok: true, ...(words === undefined ? {} : { said: words }) } : result;
}
