import type { Actor } from "#lib/domain/person.ts";
import type { Context } from "#server/context.ts";
import { identify } from "./identity.ts";
import { reportError } from "./report-error.ts";
import type { Answering } from "./respond.ts";

/** Proxies cut what is silent for a minute; also how late a session that was revoked loses an open stream. */
const heartbeatMs = 15_000;

/** Events as server-sent events, numbered by `id`, until "event: end". `ending` is aborted when the reader has gone. */
export function eventStream(
  { ctx, request, answering }: { ctx: Context; request: Request; answering: Answering },
  events: AsyncIterable<{ readonly seq: number; readonly event: unknown }>,
  ending: AbortController,
): Response {
  const text = new TextEncoder();
  const iterator = events[Symbol.asyncIterator]();
  let heartbeat: NodeJS.Timeout | undefined;
  // A reader that leaves closes the stream while the next event is waited for: what comes then is for nobody.
  let hasLeft = false;
  const finish = () => {
    clearInterval(heartbeat);
    ending.abort();
  };
  request.signal.addEventListener("abort", finish);
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(text.encode(": following\n\n"));
      heartbeat = setInterval(() => {
        void sameActor(request, ctx.actor).then((same) => {
          if (!same) finish();
          else if (!ending.signal.aborted) controller.enqueue(text.encode(": alive\n\n"));
        }, finish);
      }, heartbeatMs);
    },
    // Pulled, so that a slow reader slows the reading of the database instead of filling memory.
    async pull(controller) {
      try {
        const next = await iterator.next();
        if (hasLeft) return;
        if (next.done) {
          finish();
          controller.enqueue(text.encode("event: end\ndata: {}\n\n"));
          controller.close();
        } else {
          controller.enqueue(text.encode(`id: ${next.value.seq}\ndata: ${JSON.stringify(next.value.event)}\n\n`));
        }
      } catch (error) {
        finish();
        if (hasLeft) return;
        reportError(ctx.log, error, answering);
        controller.error(error);
      }
    },
    async cancel() {
      hasLeft = true;
      finish();
      await iterator.return?.();
    },
  });
  return new Response(stream, {
    headers: { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store, no-transform", "x-accel-buffering": "no" },
  });
}

async function sameActor(request: Request, actor: Actor): Promise<boolean> {
  const now = await identify(request.headers);
  return (
    now.ok && now.value.actor.kind === actor.kind && (actor.kind !== "user" || (now.value.actor.kind === "user" && now.value.actor.userId === actor.userId))
  );
}
