import { operations } from "#server/next/api/operations.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { emptyHomeTrash } from "#server/usecases/empty-home-trash.ts";
import { listHomeTrash } from "#server/usecases/list-home-trash.ts";

export const GET = endpoint(operations.listHomeTrash, async ({ ctx }) => listHomeTrash(ctx));

export const DELETE = endpoint(operations.emptyHomeTrash, async ({ ctx }) => emptyHomeTrash(ctx));
