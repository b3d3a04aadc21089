import { revalidatePath } from "next/cache";
import { z } from "zod";
import { ok } from "#lib/result.ts";
import { routes } from "#lib/routes.ts";
import { anyone } from "#server/next/anyone.ts";
import { isInternal } from "#server/next/gallery-changes.ts";
import { readJson } from "#server/next/read-body.ts";
import { findPagesOf } from "#server/usecases/find-pages-of.ts";

const bodySchema = z.object({ slugs: z.array(z.string()).max(10_000) });

/** The process asks itself, since kept pages can be marked only within a request. The gateway lets nobody else in. */
export async function POST(request: Request): Promise<Response> {
  if (!isInternal(request.headers)) return new Response(null, { status: 404 });
  return anyone(request, async (ctx) => {
    const json = await readJson(request, 1024 * 1024);
    const body = bodySchema.safeParse(json.ok ? json.value : null);
    const slugs = body.success ? body.data.slugs : ["*"];
    if (slugs.includes("*") || slugs.length > 50) {
      revalidatePath("/", "layout");
      return ok(undefined);
    }
    // The landing page is rewritten to the first page of the gallery; either name may be the one that is kept.
    revalidatePath(routes.gallery());
    revalidatePath("/gallery/[page]", "page");
    for (const path of await findPagesOf(ctx, { slugs })) revalidatePath(path);
    return ok(undefined);
  });
}
