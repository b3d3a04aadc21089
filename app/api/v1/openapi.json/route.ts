import { ok } from "#lib/result.ts";
import { openApiDocument } from "#server/next/api/openapi.ts";
import { operations } from "#server/next/api/operations.ts";
import { endpoint } from "#server/next/endpoint.ts";

export const GET = endpoint(operations.readDocument, async ({ ctx }) => ok(openApiDocument(ctx.config.publicUrl)));
