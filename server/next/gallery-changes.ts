import { randomBytes, timingSafeEqual } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { reportError } from "./report-error.ts";
import { web } from "./services.ts";

/** Kept pages can be made anew only from within a request; this secret tells that the request is our own. It never leaves the process. */
const key = Symbol.for("sheaf.internal-secret");
const place = globalThis as { [key]?: string };
place[key] ??= randomBytes(32).toString("hex");
const secret: string = place[key];

export const internalHeader = "x-sheaf-internal";

/** Many worksheets are published at once when a library is imported. */
const gatherMs = 200;

export function isInternal(headers: Headers): boolean {
  const given = Buffer.from(headers.get(internalHeader) ?? "");
  const wanted = Buffer.from(secret);
  return given.byteLength === wanted.byteLength && timingSafeEqual(given, wanted);
}

/** Listens for the life of the process, and has pages made anew. "*" stands for all: what was said while nobody listened is not known. */
export async function followGallery(): Promise<void> {
  const changed = new Set<string>();
  const note = (slug: string) => {
    // The first of a group starts the wait that gathers the others.
    if (changed.size === 0) setTimeout(tellAll, gatherMs);
    changed.add(slug);
  };
  function tellAll(): void {
    const slugs = [...changed];
    changed.clear();
    void tell(slugs).then((told) => {
      if (!told) for (const slug of slugs) note(slug);
    });
  }
  for (let waitMs = 500; ; waitMs = Math.min(waitMs * 2, 15_000)) {
    try {
      await (await web()).services.store.listen("gallery_changed", note, () => note("*"));
      return;
    } catch {
      // The database is not there yet.
      await sleep(waitMs);
    }
  }
}

async function tell(slugs: readonly string[]): Promise<boolean> {
  const { services } = await web();
  const port = services.config.webPort || Number(process.env.PORT ?? 3000);
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/internal/gallery-changed`, {
      method: "POST",
      headers: { [internalHeader]: secret, "content-type": "application/json" },
      body: JSON.stringify({ slugs }),
    });
    return answer.ok;
  } catch (error) {
    // While the server starts nothing answers yet, and nothing is kept yet.
    if ((error as { cause?: { code?: string } }).cause?.code !== "ECONNREFUSED") reportError(services.log, error, { requestId: "gallery-changed" });
    await sleep(1000);
    return false;
  }
}
