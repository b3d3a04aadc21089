import { ok } from "#lib/result.ts";
import { operations } from "#server/next/api/operations.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { createToken } from "#server/usecases/create-token.ts";
import { listTokens } from "#server/usecases/list-tokens.ts";

export const GET = endpoint(operations.listTokens, async ({ ctx }) => {
  const tokens = await listTokens(ctx);
  return tokens.ok ? ok({ items: tokens.value }) : tokens;
});

export const POST = endpoint(operations.createToken, ({ ctx, body }) => createToken(ctx, body));
