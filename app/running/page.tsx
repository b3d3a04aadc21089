import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { RunningList } from "#components/lab/running-list.tsx";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { requestContext } from "#server/next/request-context.ts";
import { listRunning } from "#server/usecases/list-running.ts";
import { shown } from "../usecase-page.ts";

export const dynamic = "force-dynamic";
export const metadata: Metadata = { title: t.lab.running.title, robots: { index: false } };

export default async function RunningPage() {
  const ctx = await requestContext();
  if (ctx.actor.kind !== "user") redirect(routes.signIn(routes.running()));
  const things = shown(await listRunning(ctx));
  return (
    <div className="page pt-10">
      <h1 className="text-2xl">{t.lab.running.title}</h1>
      <p className="mt-2 mb-8 max-w-prose font-serif text-lg text-soft">{t.lab.running.lead}</p>
      <RunningList initial={things} />
    </div>
  );
}
