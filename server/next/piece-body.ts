import { uploadPieceBytes } from "#lib/domain/home.ts";
import { fail } from "#lib/result.ts";

/** A body as it arrives, for who writes it on as it comes. A line that is cut is expected: nobody has to be woken for it. */
export async function bodyOf<T>(request: Request, use: (content: ReadableStream<Uint8Array>) => Promise<T>): Promise<T | ReturnType<typeof fail>> {
  if (Number(request.headers.get("content-length") ?? 0) > uploadPieceBytes)
    return fail("too_large", `One request carries at most ${uploadPieceBytes / 1024 / 1024} MB. Send larger files in pieces, as an upload.`);
  const line = { cut: false };
  try {
    return await use(watched(request.body ?? new Blob([]).stream(), line));
  } catch (error) {
    if (!line.cut) throw error;
    return fail("unavailable", "The line was cut. Ask how much has arrived, and go on from there.");
  }
}

/** Tells the sender's failures from those of the one who reads. Nothing is read ahead. */
function watched(body: ReadableStream<Uint8Array>, line: { cut: boolean }): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const next = await reader.read();
          if (next.done) controller.close();
          else controller.enqueue(next.value);
        } catch (error) {
          line.cut = true;
          controller.error(error);
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

/** On which file a write insists: `If-Match: "stamp"`, or `If-None-Match: *` for none. */
export function conditionOf(headers: Headers): { ifStamp?: string | null } {
  if (headers.get("if-none-match")?.trim() === "*") return { ifStamp: null };
  const match = /^"([^"]+)"$/.exec(headers.get("if-match")?.trim() ?? "");
  return match?.[1] ? { ifStamp: match[1] } : {};
}
