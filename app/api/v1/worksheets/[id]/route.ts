import { ok } from "#lib/result.ts";
import { parametersJsonSchema } from "#lib/worksheet/json-schema.ts";
import { operations } from "#server/next/api/operations.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { showWorksheet } from "#server/usecases/show-worksheet.ts";

export const GET = endpoint(operations.showWorksheet, async ({ ctx, params }) => {
  const shown = await showWorksheet(ctx, { idOrSlug: params.id });
  if (!shown.ok) return shown;
  const { card, commit, notebookPath, environment, dataSources, usualDurationMs, result, problems } = shown.value;
  return ok({
    ...card,
    parameters: parametersJsonSchema(shown.value.parameters),
    commit,
    notebookPath,
    environment,
    dataSources,
    usualDurationMs,
    result: result && { id: result.id, finishedAt: result.finishedAt },
    problems,
  });
});
