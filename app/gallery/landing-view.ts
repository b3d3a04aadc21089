import "server-only";
import type { LandingView } from "#components/gallery/landing.tsx";
import type { Context } from "#server/context.ts";
import { listAreas } from "#server/usecases/list-areas.ts";
import { listProjects } from "#server/usecases/list-projects.ts";
import { listWorksheets } from "#server/usecases/list-worksheets.ts";
import { shown } from "../usecase-page.ts";

const cards = 24;
const projectRows = 10;

export async function landingView(ctx: Context): Promise<LandingView> {
  const [areas, worksheets, projects] = await Promise.all([listAreas(ctx), listWorksheets(ctx, { limit: cards }), listProjects(ctx, { limit: projectRows })]);
  return { areas: shown(areas), worksheets: shown(worksheets), projects: shown(projects) };
}
