import { ok } from "#lib/result.ts";
import { operations } from "#server/next/api/operations.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { respond } from "#server/next/respond.ts";
import { listProjectWorksheets } from "#server/usecases/list-project-worksheets.ts";
import { tryPublishing } from "#server/usecases/publish-worksheet.ts";

export const GET = endpoint(operations.listProjectWorksheets, async ({ ctx, params }) => {
  const listed = await listProjectWorksheets(ctx, { projectId: params.id });
  return listed.ok ? ok({ items: listed.value }) : listed;
});

export const POST = endpoint(operations.publishWorksheet, async ({ ctx, params, body, answering }) => {
  const attempt = await tryPublishing(ctx, { projectId: params.id, notebookPath: body.path });
  if (!attempt.ok) return attempt;
  if (attempt.value.kind === "problems") return respond(ok(attempt.value), answering, { status: operations.publishWorksheet.otherwise.status });
  const { kind, worksheetId, slug, runId, problems } = attempt.value;
  return ok({ kind, worksheetId, slug, runId, problems });
});
