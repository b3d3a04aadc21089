import "server-only";
import type { LandingView } from "#components/gallery/landing.tsx";
import type { Context } from "#server/context.ts";
import { listAreas } from "#server/usecases/list-areas.ts";
import { listWorksheets } from "#server/usecases/list-worksheets.ts";
import { shown } from "../usecase-page.ts";

const cards = 24;

export async function landingView(ctx: Context): Promise<LandingView> {
  const [areas, worksheets] = await Promise.all([listAreas(ctx), listWorksheets(ctx, { limit: cards })]);
  return { areas: shown(areas), worksheets: shown(worksheets) };
}
