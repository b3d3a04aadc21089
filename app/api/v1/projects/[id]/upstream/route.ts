import { operations } from "#server/next/api/operations.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { mergeUpstream } from "#server/usecases/merge-upstream.ts";
import { showUpstream } from "#server/usecases/show-upstream.ts";

export const GET = endpoint(operations.showUpstream, ({ ctx, params }) => showUpstream(ctx, { projectId: params.id }));

export const POST = endpoint(operations.mergeUpstream, ({ ctx, params }) => mergeUpstream(ctx, { projectId: params.id }));
