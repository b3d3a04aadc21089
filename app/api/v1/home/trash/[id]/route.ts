import { operations } from "#server/next/api/operations.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { emptyHomeTrash } from "#server/usecases/empty-home-trash.ts";
import { restoreHomeEntry } from "#server/usecases/restore-home-entry.ts";

export const POST = endpoint(operations.restoreHomeEntry, async ({ ctx, params }) => restoreHomeEntry(ctx, params));

export const DELETE = endpoint(operations.removeTrashedEntry, async ({ ctx, params }) => emptyHomeTrash(ctx, params));
