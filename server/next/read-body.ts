import { fail, ok, type Result } from "#lib/result.ts";

/** Who sends a little now and then holds memory and a place among those who may send. */
const usualMs = 60_000;

/** Reads a body that may not grow beyond a limit, whatever its headers claim. */
export async function readBytes(request: Request, limitBytes: number, withinMs = usualMs): Promise<Result<Uint8Array<ArrayBuffer>>> {
  const tooLarge = fail("too_large", `This is too large: at most ${Math.floor(limitBytes / 1024)} KB.`);
  if (Number(request.headers.get("content-length") ?? 0) > limitBytes) return tooLarge;
  const chunks: Uint8Array[] = [];
  const until = performance.now() + withinMs;
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > limitBytes) return tooLarge;
    if (performance.now() > until) return fail("too_large", "This took too long to arrive.");
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return ok(bytes);
}

/** An empty body is an empty object: `POST …/cancel` needs none. */
export async function readJson(request: Request, limitBytes: number): Promise<Result<unknown>> {
  const bytes = await readBytes(request, limitBytes);
  if (!bytes.ok) return bytes;
  if (bytes.value.byteLength === 0) return ok({});
  // Forms cannot send this type across sites without asking first.
  if (!/^application\/json\b/i.test(request.headers.get("content-type") ?? "")) return fail("invalid", "Send JSON, with content-type application/json.");
  try {
    return ok(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.value)));
  } catch {
    return fail("invalid", "This is not JSON.");
  }
}
