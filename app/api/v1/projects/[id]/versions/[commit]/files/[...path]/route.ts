import { operations } from "#server/next/api/operations.ts";
import { attachment } from "#server/next/attachment.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { openVersionFile } from "#server/usecases/read-version-file.ts";

export const GET = endpoint(operations.openVersionFile, async ({ ctx, params }) => {
  const opened = await openVersionFile(ctx, { projectId: params.id, commit: params.commit, path: params.path });
  return opened.ok ? attachment(opened.value) : opened;
});
