import type { Metadata } from "next";
import Link from "next/link";
import { redirect } from "next/navigation";
import { SignInForm } from "#components/account/sign-in-form.tsx";
import { t } from "#lib/messages/en.ts";
import { leadsToCopy, routes, safeNext } from "#lib/routes.ts";
import { requestContext } from "#server/next/request-context.ts";

export const metadata: Metadata = { title: t.account.signIn };

export default async function SignInPage({ searchParams }: { searchParams: Promise<{ next?: string | string[] }> }) {
  const asked = (await searchParams).next;
  const next = typeof asked === "string" ? safeNext(asked) : null;
  const { actor, config } = await requestContext();
  if (actor.kind === "user") redirect(next ?? routes.me());
  return (
    <div className="page page-narrow pt-14">
      <h1 className="text-2xl">{t.account.signIn}</h1>
      <p className="mt-2 mb-6 font-serif text-base text-soft">{leadsToCopy(next) ? t.account.signUpForCopy : t.account.signInLead}</p>
      <SignInForm next={next} />
      {config.registration === "open" && (
        <p className="mt-6 text-soft">
          {t.account.noAccount}{" "}
          <Link className="link" href={routes.signUp(next ?? undefined)}>
            {t.account.signUp}
          </Link>
        </p>
      )}
    </div>
  );
}
