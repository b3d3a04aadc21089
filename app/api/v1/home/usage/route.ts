import { operations } from "#server/next/api/operations.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { showHomeUsage } from "#server/usecases/show-home-usage.ts";

export const GET = endpoint(operations.showHomeUsage, async ({ ctx }) => showHomeUsage(ctx));
