import { operations } from "#server/next/api/operations.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { listWorksheets } from "#server/usecases/list-worksheets.ts";

export const GET = endpoint(operations.listWorksheets, ({ ctx, query: { q, ...query } }) => listWorksheets(ctx, { ...query, query: q }));
