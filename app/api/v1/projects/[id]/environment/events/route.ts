import { operations } from "#server/next/api/operations.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { eventStream } from "#server/next/event-stream.ts";
import { createStreamRoom } from "#server/next/stream-room.ts";
import { followEnvironment } from "#server/usecases/follow-environment.ts";
import { limitedAddress } from "#server/usecases/limit-rate.ts";

const room = createStreamRoom();

export const GET = endpoint(operations.followEnvironment, async (call) => {
  const { ctx, params, query } = call;
  const ending = new AbortController();
  const followed = await followEnvironment(ctx, { projectId: params.id, after: query.after ?? 0, signal: ending.signal });
  if (!followed.ok) return followed;
  const entered = room.enter(ctx.actor.kind === "system" ? "system" : limitedAddress(ctx.actor.address), params.id, ending.signal);
  return entered.ok ? eventStream(call, followed.value, ending) : entered;
});
