import { ok } from "#lib/result.ts";
import { operations } from "#server/next/api/operations.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { listSessions } from "#server/usecases/list-sessions.ts";
import { revokeSessions } from "#server/usecases/revoke-sessions.ts";

export const GET = endpoint(operations.listSessions, async ({ ctx }) => {
  const sessions = await listSessions(ctx);
  return sessions.ok ? ok({ items: sessions.value }) : sessions;
});

export const DELETE = endpoint(operations.revokeSessions, ({ ctx, query }) => revokeSessions(ctx, { keepThis: query.keep === "this" }));
