"use client";
import { type FormEvent, useId } from "react";
import { Age } from "#components/layout/age.tsx";
import type { OfficialRequestView } from "#lib/domain/project.ts";
import { t } from "#lib/messages/en.ts";
import { ActionButton, Outcome, useAction } from "./action-button.tsx";
import type { ActionOutcome } from "./action-outcome.ts";
import type { SettledProject } from "./project-settings.tsx";

type Actions = {
  readonly ask: (given: { projectId: string; note: string }) => Promise<ActionOutcome>;
  readonly withdraw: (projectId: string) => Promise<ActionOutcome>;
};

/** Asking for a place on the official shelf, and what became of it. */
export function ShelfRequest({ project, request, actions }: { project: SettledProject; request: OfficialRequestView | null; actions: Actions }) {
  if (project.official) {
    return (
      <div className="flex flex-col gap-2">
        <p>{t.projects.settings.shelfIs}</p>
        {request?.state === "accepted" && request.answer && <p className="font-serif text-base whitespace-pre-line">{request.answer}</p>}
      </div>
    );
  }
  if (project.visibility !== "public") return <p className="text-soft">{t.projects.settings.shelfPublicFirst}</p>;
  if (request?.state === "open") {
    return (
      <div className="flex flex-col items-start gap-3">
        <p className="notice w-full">
          <Age at={request.requestedAt} prefix={t.projects.settings.shelfOpen} suffix={t.projects.settings.shelfWaits} />
          {request.note && <span className="w-full text-soft whitespace-pre-line">“{request.note}”</span>}
        </p>
        <ActionButton action={actions.withdraw.bind(null, project.id)} busyWords={t.projects.settings.shelfWithdrawing}>
          {t.projects.settings.shelfWithdraw}
        </ActionButton>
      </div>
    );
  }
  return (
    <div className="flex flex-col gap-4">
      {request?.state === "declined" && (
        <div className="notice notice-changed">
          <p className="w-full">{request.answer ? t.projects.settings.shelfDeclined : t.projects.settings.shelfDeclinedNoWords}</p>
          {request.answer && <p className="font-serif text-base whitespace-pre-line">{request.answer}</p>}
        </div>
      )}
      <AskForm projectId={project.id} ask={actions.ask} />
    </div>
  );
}

function AskForm({ projectId, ask }: { projectId: string; ask: Actions["ask"] }) {
  const id = useId();
  const { busy, done, problem, run } = useAction(ask);
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    run({ projectId, note: String(new FormData(event.currentTarget).get("note") ?? "") });
  }
  return (
    <form onSubmit={submit}>
      <label htmlFor={id} className="label">
        {t.projects.settings.shelfNote}
        <span className="ml-1.5 font-normal text-soft">{t.worksheet.optional}</span>
      </label>
      <textarea id={id} name="note" rows={2} className="field mt-1" maxLength={2000} />
      <button type="submit" className="button mt-3" aria-disabled={busy}>
        {busy ? t.projects.settings.shelfAsking : t.projects.settings.shelfAsk}
      </button>
      <Outcome done={done} problem={problem} />
    </form>
  );
}
