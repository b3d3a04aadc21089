import { operations } from "#server/next/api/operations.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { showMe } from "#server/usecases/show-me.ts";

export const GET = endpoint(operations.showMe, ({ ctx }) => showMe(ctx));
