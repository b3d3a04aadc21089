"use client";
import { Download, FileText, RotateCw } from "lucide-react";
import Link from "next/link";
import { Age } from "#components/layout/age.tsx";
import { useMe } from "#components/layout/use-me.ts";
import { ShareButton } from "#components/run/share-button.tsx";
import type { RunView, WorksheetView } from "#lib/domain/worksheet.ts";
import type { RunSession } from "#lib/form/run-session.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { lastRun } from "./last-run.ts";
import type { FoundRun } from "./use-found-run.ts";

type Props = {
  view: WorksheetView;
  session: RunSession;
  /** The run whose outputs stand below, if it is over. */
  run: RunView | null;
  busy: boolean;
  outdated: boolean;
  found: FoundRun;
  onFresh: () => void;
  onPublished: () => void;
  onOpenFound: () => void;
};

/** Whose result this is, how old, and what can be done with it. One line, always there. */
export function ResultHeader(props: Props) {
  const { view, session, run, busy, outdated, found, onFresh, onPublished, onOpenFound } = props;
  const own = session.runId !== null;
  return (
    <div className="mb-6 flex flex-col gap-2">
      <div className="flex min-h-9 flex-wrap items-center gap-x-2 gap-y-1 border-b border-line pb-2">
        <h2 className="mr-auto font-sans text-sm font-medium tracking-normal text-soft">
          <ResultAge view={view} session={session} run={run} busy={busy} />
        </h2>
        {own && run?.cachedFrom && (
          <button type="button" className="button button-small" onClick={onFresh}>
            <RotateCw size={13} aria-hidden />
            {t.worksheet.fresh}
          </button>
        )}
        {own && session.runId && (
          <Link className="button button-quiet button-small" href={routes.run(session.runId)}>
            <FileText size={13} aria-hidden />
            {t.worksheet.runPage}
          </Link>
        )}
        <ShareButton key={session.runId ?? "none"} runId={own ? session.runId : null} shared={run?.shared ?? false} mine={run?.owner === "you"} />
        {run && (
          <a className="button button-quiet button-small" href={routes.api.runNotebook(run.id)} title={t.worksheet.downloadNotebookTitle} download>
            <Download size={13} aria-hidden />
            {t.worksheet.downloadNotebook}
          </a>
        )}
      </div>
      {!session.connected && busy && <p className="notice">{t.worksheet.reconnecting}</p>}
      {session.state === "failed" && session.error && (
        <div className="notice notice-wrong">
          <strong>{t.worksheet.failed}</strong>
          <span>{session.error.message}</span>
          <span>{t.errorHelp[session.error.kind] || t.worksheet.failedSafe}</span>
        </div>
      )}
      {session.state === "cancelled" && <p className="notice">{t.worksheet.cancelled}</p>}
      {session.state === "lost" && <p className="notice notice-wrong">{t.worksheet.lost}</p>}
      {outdated && <p className="notice notice-changed">{t.worksheet.outdated}</p>}
      {found.run && !own && (
        <p className="notice">
          <Age at={found.run.finishedAt ?? found.run.queuedAt} prefix={t.worksheet.resumePrefix} suffix="." />
          <button type="button" className="link cursor-pointer" onClick={onOpenFound}>
            {t.worksheet.resumeShow}
          </button>
        </p>
      )}
      {own && <KeepRun worksheetId={view.card.id} session={session} run={run} />}
      {own && !busy && view.result && (
        <button type="button" className="link self-start cursor-pointer text-xs" onClick={onPublished}>
          {t.worksheet.showPublished}
        </button>
      )}
    </div>
  );
}

function ResultAge({ view, session, run, busy }: Pick<Props, "view" | "session" | "run" | "busy">) {
  if (busy) return <>{t.worksheet.yours}</>;
  if (session.runId !== null) {
    if (run?.cachedFrom) return <Age at={run.cachedFrom.finishedAt} prefix={t.worksheet.cachedPrefix} />;
    return run?.finishedAt ? <Age at={run.finishedAt} prefix={t.worksheet.yoursPrefix} /> : t.worksheet.yours;
  }
  if (run?.finishedAt) return <Age at={run.finishedAt} prefix={t.worksheet.publishedPrefix} />;
  return <>{view.result ? t.worksheet.publishedOn : t.worksheet.computing}</>;
}

/** Visitors' runs go after some days; the link that keeps one is known to this browser alone. */
function KeepRun({ worksheetId, session, run }: { worksheetId: string; session: RunSession; run: RunView | null }) {
  const me = useMe();
  const remembered = typeof window === "undefined" ? null : lastRun(worksheetId);
  const claimUrl = session.claimUrl ?? (remembered?.id === session.runId ? remembered?.claimUrl : null);
  if (!claimUrl || me.data?.person || (run && run.owner !== "visitor" && run.owner !== "you")) return null;
  const url = new URL(claimUrl, window.location.origin);
  const path = `${url.pathname}${url.search}`;
  return (
    <p className="notice">
      <Link className="link font-medium" href={routes.signUp(path)}>
        {t.worksheet.keep}
      </Link>
      <span className="text-soft">{t.worksheet.keepHint}</span>
    </p>
  );
}
