import { operations } from "#server/next/api/operations.ts";
import { attachment } from "#server/next/attachment.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { deleteWorkFile, openWorkFile, writeWorkFile } from "#server/usecases/work-files.ts";

export const GET = endpoint(operations.readProjectFile, async ({ ctx, params }) => {
  const opened = await openWorkFile(ctx, { projectId: params.id, path: params.path });
  if (!opened.ok) return opened;
  const response = attachment(opened.value);
  response.headers.set("stamp", opened.value.stamp);
  return response;
});

export const PUT = endpoint(operations.writeProjectFile, async ({ ctx, params, request }) => {
  const ifStamp = request.headers.get("if-stamp") ?? undefined;
  return writeWorkFile(ctx, { projectId: params.id, path: params.path, content: request.body ?? new Uint8Array(), ifStamp });
});

export const DELETE = endpoint(operations.deleteProjectFile, ({ ctx, params }) => deleteWorkFile(ctx, { projectId: params.id, path: params.path }));
