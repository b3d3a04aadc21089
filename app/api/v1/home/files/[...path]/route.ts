import { ok } from "#lib/result.ts";
import { operations } from "#server/next/api/operations.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { homeFileResponse } from "#server/next/home-file-response.ts";
import { bodyOf, conditionOf } from "#server/next/piece-body.ts";
import { makeHomeFolder } from "#server/usecases/make-home-folder.ts";
import { moveHomeEntry } from "#server/usecases/move-home-entry.ts";
import { trashHomeEntry } from "#server/usecases/trash-home-entry.ts";
import { writeHomeFile } from "#server/usecases/write-home-file.ts";

export const GET = endpoint(operations.openHomeFile, async ({ ctx, params, request }) => homeFileResponse(ctx, params.path, request));

export const PUT = endpoint(operations.writeHomeFile, async ({ ctx, params, request }) =>
  bodyOf(request, async (content) => {
    const written = await writeHomeFile(ctx, { path: params.path, content, ...conditionOf(request.headers) });
    return written.ok ? { result: ok(written.value), headers: { etag: `"${written.value.stamp}"` } } : written;
  }),
);

export const POST = endpoint(operations.changeHomeFile, async ({ ctx, params, body }) =>
  body.action === "move" ? moveHomeEntry(ctx, { from: params.path, to: body.to }) : makeHomeFolder(ctx, params),
);

export const DELETE = endpoint(operations.trashHomeEntry, async ({ ctx, params }) => trashHomeEntry(ctx, params));
