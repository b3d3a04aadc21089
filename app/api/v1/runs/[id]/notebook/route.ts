import { operations } from "#server/next/api/operations.ts";
import { attachment } from "#server/next/attachment.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { readRunNotebook } from "#server/usecases/read-run-notebook.ts";

export const GET = endpoint(operations.readRunNotebook, async ({ ctx, params }) => {
  const opened = await readRunNotebook(ctx, params);
  return opened.ok ? attachment(opened.value, "application/x-ipynb+json") : opened;
});
