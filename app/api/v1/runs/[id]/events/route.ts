import { operations } from "#server/next/api/operations.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { eventStream } from "#server/next/event-stream.ts";
import { createStreamRoom } from "#server/next/stream-room.ts";
import { followRun } from "#server/usecases/follow-run.ts";
import { limitedAddress } from "#server/usecases/limit-rate.ts";

const room = createStreamRoom();

export const GET = endpoint(operations.followRun, async (call) => {
  const { ctx, request, params, query } = call;
  const lastId = Number(request.headers.get("last-event-id") ?? Number.NaN);
  const after = Number.isSafeInteger(lastId) && lastId >= 0 ? lastId : (query.after ?? 0);
  const ending = new AbortController();
  const followed = await followRun(ctx, { id: params.id, after, signal: ending.signal });
  if (!followed.ok) return followed;
  const entered = room.enter(ctx.actor.kind === "system" ? "system" : limitedAddress(ctx.actor.address), params.id, ending.signal);
  return entered.ok ? eventStream(call, followed.value, ending) : entered;
});
