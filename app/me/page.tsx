import type { Metadata } from "next";
import Link from "next/link";
import { MyRuns } from "#components/account/my-runs.tsx";
import { Sessions } from "#components/account/sessions.tsx";
import { Tokens } from "#components/account/tokens.tsx";
import { formatBytes } from "#lib/format.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { requestContext } from "#server/next/request-context.ts";
import { listMyRuns } from "#server/usecases/list-my-runs.ts";
import { listSessions } from "#server/usecases/list-sessions.ts";
import { listTokens } from "#server/usecases/list-tokens.ts";
import { showMe } from "#server/usecases/show-me.ts";
import { shown } from "../usecase-page.ts";

export const metadata: Metadata = { title: t.me.title, robots: { index: false } };

export default async function MyPage() {
  const ctx = await requestContext();
  const [me, runs] = await Promise.all([showMe(ctx), listMyRuns(ctx)]);
  const { person, home, registration } = shown(me);
  if (!person) return <VisitorPage runs={<MyRuns first={shown(runs)} />} mayJoin={registration === "open"} />;
  const [tokens, sessions] = await Promise.all([listTokens(ctx), listSessions(ctx)]);
  return (
    <div className="page">
      <div className="pt-9 pb-8">
        <p className="eyebrow">{person.username}</p>
        <h1 className="mt-1 text-2xl">{person.displayName}</h1>
      </div>
      <div className="grid gap-x-16 gap-y-12 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="min-w-0">
          <MyRuns first={shown(runs)} />
        </div>
        <div className="flex min-w-0 flex-col gap-12">
          {home && <Home {...home} />}
          <Tokens first={shown(tokens)} mayAdminister={person.level === "admin"} />
          <Sessions sessions={shown(sessions)} />
        </div>
      </div>
    </div>
  );
}

function Home({ usedBytes, limitBytes }: { usedBytes: number; limitBytes: number }) {
  return (
    <section aria-labelledby="home">
      <h2 id="home" className="text-xl">
        {t.me.home}
      </h2>
      <p className="mb-2 text-soft">{t.me.filesHint}</p>
      <meter className="home-meter" min={0} max={limitBytes} value={usedBytes} aria-labelledby="home" />
      <p className="hint mt-1 tabular-nums">{t.me.used(formatBytes(usedBytes), formatBytes(limitBytes))}</p>
      <p className="mt-2">
        <Link className="link" href={routes.files()} prefetch={false}>
          {t.home.open}
        </Link>
      </p>
    </section>
  );
}

function VisitorPage({ runs, mayJoin }: { runs: React.ReactNode; mayJoin: boolean }) {
  return (
    <div className="page page-reading">
      <div className="pt-9 pb-8">
        <h1 className="text-2xl">{t.me.visitorTitle}</h1>
        <p className="mt-2 font-serif text-lg text-soft">{t.me.visitorLead}</p>
        <p className="notice mt-4">
          {mayJoin && (
            <Link className="link font-medium" href={routes.signUp(routes.me())}>
              {t.account.signUp}
            </Link>
          )}
          <Link className="link" href={routes.signIn(routes.me())}>
            {t.account.signIn}
          </Link>
          <span className="text-soft">{t.me.invite}</span>
        </p>
      </div>
      {runs}
    </div>
  );
}
