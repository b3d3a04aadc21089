import { operations } from "#server/next/api/operations.ts";
import { attachmentHeaders } from "#server/next/attachment.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { archiveHomeFolder } from "#server/usecases/archive-home-folder.ts";

export const GET = endpoint(operations.archiveHomeFolder, async ({ ctx, query, request }) => {
  const archive = await archiveHomeFolder(ctx, query);
  if (!archive.ok) return archive;
  const { name, start } = archive.value;
  return new Response(request.method === "HEAD" ? null : start(), { headers: { "content-type": "application/zip", ...attachmentHeaders(name) } });
});
