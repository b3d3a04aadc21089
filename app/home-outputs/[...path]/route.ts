import { keepingOf } from "#server/next/keeping-of.ts";
import { placeOfOutput, preparedOutput } from "#server/next/prepared-output.ts";
import { whoever } from "#server/next/whoever.ts";
import { readHomeOutput } from "#server/usecases/preview-home-file.ts";

type RouteContext = { params: Promise<{ path: string[] }> };

/** One heavy output of a notebook in one's own home: `<path>/<cell>/<position>`. */
export async function GET(request: Request, { params }: RouteContext): Promise<Response> {
  return whoever(request, async (ctx) => {
    const found = await readHomeOutput(ctx, placeOfOutput((await params).path));
    return found.ok ? preparedOutput(request, found.value, keepingOf("working")) : found;
  });
}
