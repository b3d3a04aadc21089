import { operations } from "#server/next/api/operations.ts";
import { attachment } from "#server/next/attachment.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { openRunFile } from "#server/usecases/open-run-file.ts";

export const GET = endpoint(operations.openRunFile, async ({ ctx, params }) => {
  const opened = await openRunFile(ctx, params);
  return opened.ok ? attachment(opened.value) : opened;
});
