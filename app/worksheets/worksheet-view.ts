import "server-only";
import { cache } from "react";
import type { WorksheetView } from "#lib/domain/worksheet.ts";
import { withImagesApart } from "#lib/worksheet/stored-image.ts";
import type { Context } from "#server/context.ts";
import { showWorksheet } from "#server/usecases/show-worksheet.ts";
import { shown } from "../usecase-page.ts";

const views = cache(() => new Map<string, Promise<WorksheetView>>());

/** Read once for a page and its metadata. */
export function worksheetView(ctx: Context, slug: string): Promise<WorksheetView> {
  const known = views();
  const view = known.get(slug) ?? showWorksheet(ctx, { idOrSlug: slug }).then(shown).then(forPage);
  known.set(slug, view);
  return view;
}

function forPage(view: WorksheetView): WorksheetView {
  return { ...view, result: view.result && withImagesApart(view.result) };
}
