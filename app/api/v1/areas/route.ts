import { ok } from "#lib/result.ts";
import { operations } from "#server/next/api/operations.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { listAreas } from "#server/usecases/list-areas.ts";

export const GET = endpoint(operations.listAreas, async ({ ctx }) => {
  const areas = await listAreas(ctx);
  return areas.ok ? ok({ items: areas.value }) : areas;
});
