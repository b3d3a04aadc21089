import { operations } from "#server/next/api/operations.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { unpublishWorksheet } from "#server/usecases/unpublish-worksheet.ts";

export const DELETE = endpoint(operations.unpublishWorksheet, async ({ ctx, params }) =>
  unpublishWorksheet(ctx, { projectId: params.id, worksheetId: params.worksheetId }),
);
