import { operations } from "#server/next/api/operations.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { issueLabTicket } from "#server/usecases/issue-lab-ticket.ts";

export const POST = endpoint(operations.issueLabTicket, ({ ctx, params, body }) => issueLabTicket(ctx, { id: params.id, next: body.next }));
