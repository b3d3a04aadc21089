import { operations } from "#server/next/api/operations.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { eventStream } from "#server/next/event-stream.ts";
import { followRun } from "#server/usecases/follow-run.ts";

export const GET = endpoint(operations.followRun, async (call) => {
  const { ctx, request, params, query } = call;
  const lastId = Number(request.headers.get("last-event-id") ?? Number.NaN);
  const after = Number.isSafeInteger(lastId) && lastId >= 0 ? lastId : (query.after ?? 0);
  const ending = new AbortController();
  const followed = await followRun(ctx, { id: params.id, after, signal: ending.signal });
  return followed.ok ? eventStream(call, followed.value, ending) : followed;
});
