import { isId } from "#lib/domain/ids.ts";
import { fail } from "#lib/result.ts";
import { operations } from "#server/next/api/operations.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { revokeToken } from "#server/usecases/revoke-token.ts";

export const DELETE = endpoint(operations.revokeToken, async ({ ctx, params }) =>
  isId("token", params.id) ? revokeToken(ctx, { tokenId: params.id }) : fail("not_found", "No such token."),
);
