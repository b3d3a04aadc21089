import type { Metadata } from "next";
import Link from "next/link";
import { redirect } from "next/navigation";
import { ClaimButton } from "#components/run/claim-button.tsx";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { requestContext } from "#server/next/request-context.ts";
import { showRun } from "#server/usecases/show-run.ts";

export const metadata: Metadata = { title: t.run.claimTitle, robots: { index: false }, referrer: "no-referrer" };

/** Opening the link changes nothing yet: only the button does. */
export default async function ClaimPage({ params, searchParams }: { params: Promise<{ id: string }>; searchParams: Promise<{ key?: string | string[] }> }) {
  const [{ id }, { key }] = await Promise.all([params, searchParams]);
  const ctx = await requestContext();
  const run = await showRun(ctx, { id });
  // Signing up brought this browser's runs along already.
  if (ctx.actor.kind === "user" && run.ok && run.value.owner === "you") redirect(routes.run(id));
  const back = routes.claim(id, typeof key === "string" ? key : "");
  return (
    <div className="page page-narrow pt-14">
      <h1 className="text-2xl">{t.run.claimTitle}</h1>
      {run.ok && <p className="mt-2 font-serif text-lg font-semibold">{run.value.worksheet.title}</p>}
      <p className="mt-2 mb-6 font-serif text-base text-soft">{ctx.actor.kind === "user" ? t.run.claimTextSignedIn : t.run.claimText}</p>
      {ctx.actor.kind === "user" ? (
        <ClaimButton id={id} claimKey={typeof key === "string" ? key : ""} name={ctx.actor.username} shared={run.ok && run.value.shared} />
      ) : (
        <div className="flex flex-wrap gap-2">
          <Link className="button button-primary" href={routes.signUp(back)}>
            {t.account.signUp}
          </Link>
          <Link className="button" href={routes.signIn(back)}>
            {t.account.signIn}
          </Link>
        </div>
      )}
    </div>
  );
}
