import { operations } from "#server/next/api/operations.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { prepareWorkingCopy } from "#server/usecases/prepare-working-copy.ts";
import { showWorkingCopy } from "#server/usecases/show-working-copy.ts";

export const GET = endpoint(operations.showWorkingCopy, ({ ctx, params }) => showWorkingCopy(ctx, { projectId: params.id }));

export const POST = endpoint(operations.prepareWorkingCopy, ({ ctx, params }) => prepareWorkingCopy(ctx, { projectId: params.id }));
