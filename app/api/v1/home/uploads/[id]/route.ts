import { operations } from "#server/next/api/operations.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { bodyOf } from "#server/next/piece-body.ts";
import { abandonHomeUpload } from "#server/usecases/abandon-home-upload.ts";
import { appendHomeUpload } from "#server/usecases/append-home-upload.ts";
import { findHomeUpload } from "#server/usecases/find-home-upload.ts";
import { finishHomeUpload } from "#server/usecases/finish-home-upload.ts";

export const GET = endpoint(operations.findHomeUpload, async ({ ctx, params }) => findHomeUpload(ctx, params));

export const PUT = endpoint(operations.appendHomeUpload, async ({ ctx, params, query, request }) =>
  bodyOf(request, (content) => appendHomeUpload(ctx, { id: params.id, offset: query.offset, content })),
);

export const POST = endpoint(operations.finishHomeUpload, async ({ ctx, params }) => finishHomeUpload(ctx, params));

export const DELETE = endpoint(operations.abandonHomeUpload, async ({ ctx, params }) => abandonHomeUpload(ctx, params));
