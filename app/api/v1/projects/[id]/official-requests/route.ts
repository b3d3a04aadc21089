import { ok } from "#lib/result.ts";
import { operations } from "#server/next/api/operations.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { requestOfficial, showOfficialRequest, withdrawOfficialRequest } from "#server/usecases/request-official.ts";

export const GET = endpoint(operations.showOfficialRequest, async ({ ctx, params }) => {
  const request = await showOfficialRequest(ctx, { projectId: params.id });
  return request.ok ? ok({ request: request.value }) : request;
});
export const POST = endpoint(operations.requestOfficial, async ({ ctx, params, body }) => requestOfficial(ctx, { projectId: params.id, note: body.note }));
export const DELETE = endpoint(operations.withdrawOfficialRequest, async ({ ctx, params }) => withdrawOfficialRequest(ctx, { projectId: params.id }));
