import type { Metadata } from "next";
import { SignUpForm } from "#components/account/sign-up-form.tsx";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { makeAccount } from "../sign-up/actions.ts";

export const metadata: Metadata = { title: t.account.firstTitle, robots: { index: false }, referrer: "no-referrer" };

export default async function FirstAdministratorPage({ searchParams }: { searchParams: Promise<{ key?: string | string[] }> }) {
  const { key } = await searchParams;
  return (
    <div className="page page-narrow pt-14">
      <h1 className="text-2xl">{t.account.firstTitle}</h1>
      {typeof key === "string" && key !== "" ? (
        <>
          <p className="mt-2 mb-6 font-serif text-base text-soft">{t.account.firstLead}</p>
          <SignUpForm next={routes.gallery()} submitWords={t.account.create} oneTimeKey={key} action={makeAccount} />
        </>
      ) : (
        <p className="notice mt-4">{t.account.firstMissing}</p>
      )}
    </div>
  );
}
