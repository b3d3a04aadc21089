import type { Metadata } from "next";
import { cache } from "react";
import { RunPage } from "#components/run/run-page.tsx";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { requestContext } from "#server/next/request-context.ts";
import { showRunReport } from "#server/usecases/show-run-report.ts";
import { shown } from "../../usecase-page.ts";

export const dynamic = "force-dynamic";
type Props = { params: Promise<{ id: string }> };

const report = cache(async (id: string) => {
  const ctx = await requestContext();
  return { ...shown(await showRunReport(ctx, { id })), url: `${ctx.config.publicUrl}${routes.run(id)}` };
});

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { run } = await report((await params).id);
  return { title: t.run.title(run.worksheet.title), robots: { index: false } };
}

export default async function RunReportPage({ params }: Props) {
  const { run, cells, parameters, url } = await report((await params).id);
  return <RunPage run={run} cells={cells} parameters={parameters} url={url} />;
}
