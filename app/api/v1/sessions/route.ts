import { ok } from "#lib/result.ts";
import { routes } from "#lib/routes.ts";
import { operations } from "#server/next/api/operations.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { listRunning } from "#server/usecases/list-running.ts";
import { openLab } from "#server/usecases/open-lab.ts";

export const GET = endpoint(operations.listRunning, async ({ ctx, query }) => {
  const items = await listRunning(ctx, { all: query.all ?? false });
  return items.ok ? ok({ items: items.value }) : items;
});

export const POST = endpoint(operations.openHomeLab, async ({ ctx }) => {
  const lab = await openLab(ctx, { projectId: null });
  return lab.ok ? { result: lab, headers: { location: routes.api.session(lab.value.id) } } : lab;
});
