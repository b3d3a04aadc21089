import { keepingOf } from "#server/next/keeping-of.ts";
import { placeOfOutput, preparedOutput } from "#server/next/prepared-output.ts";
import { whoever } from "#server/next/whoever.ts";
import { readVersionOutput } from "#server/usecases/preview-version-file.ts";

type RouteContext = { params: Promise<{ slug: string; commit: string; path: string[] }> };

/** One heavy output of a notebook in a version: `<path>/<cell>/<position>`. */
export async function GET(request: Request, { params }: RouteContext): Promise<Response> {
  return whoever(request, async (ctx) => {
    const { slug, commit, path } = await params;
    const found = await readVersionOutput(ctx, { projectId: slug, commit, ...placeOfOutput(path) });
    return found.ok ? preparedOutput(request, found.value, keepingOf(commit)) : found;
  });
}
