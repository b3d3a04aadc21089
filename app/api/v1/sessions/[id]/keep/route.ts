import { operations } from "#server/next/api/operations.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { keepLab } from "#server/usecases/keep-lab.ts";

export const POST = endpoint(operations.keepLab, ({ ctx, params }) => keepLab(ctx, params));
