import type { Metadata } from "next";
import Link from "next/link";
import { redirect } from "next/navigation";
import { SignUpForm } from "#components/account/sign-up-form.tsx";
import { t } from "#lib/messages/en.ts";
import { leadsToCopy, routes, safeNext } from "#lib/routes.ts";
import { requestContext } from "#server/next/request-context.ts";
import { makeAccount } from "./actions.ts";

export const metadata: Metadata = { title: t.account.signUp };

export default async function SignUpPage({ searchParams }: { searchParams: Promise<{ next?: string | string[] }> }) {
  const asked = (await searchParams).next;
  const next = typeof asked === "string" ? safeNext(asked) : null;
  const { actor, config } = await requestContext();
  if (actor.kind === "user") redirect(next ?? routes.me());
  return (
    <div className="page page-narrow pt-14">
      <h1 className="text-2xl">{t.account.signUp}</h1>
      {config.registration === "open" ? (
        <>
          <p className="mt-2 mb-6 font-serif text-base text-soft">{leadsToCopy(next) ? t.account.signUpForCopy : t.account.signUpLead}</p>
          <SignUpForm next={next ?? routes.me()} submitWords={t.account.signUp} action={makeAccount} />
        </>
      ) : (
        <p className="notice mt-4">{t.account.closed}</p>
      )}
      <p className="mt-6 text-soft">
        {t.account.haveAccount}{" "}
        <Link className="link" href={routes.signIn(next ?? undefined)}>
          {t.account.signIn}
        </Link>
      </p>
    </div>
  );
}
