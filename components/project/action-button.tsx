"use client";
import { useRouter } from "next/navigation";
import { AlertDialog } from "radix-ui";
import { type ReactNode, useState } from "react";
import { t } from "#lib/messages/en.ts";
import type { Failure } from "#lib/result.ts";
import { routes } from "#lib/routes.ts";
import type { ActionOutcome } from "./action-outcome.ts";
import { MergeNotes } from "./merge-notes.tsx";

type Question = { readonly title: string; readonly what: string; readonly yes: string; readonly no: string };
type Props = {
  action: () => Promise<ActionOutcome>;
  children: ReactNode;
  /** Stands on the button while the server is at it. */
  busyWords: string;
  className?: string;
  label?: string;
  /** Asked before anything happens. */
  question?: Question;
};

/** A button that has the server do one thing, says how it went beside itself, and brings the page up to date. */
export function ActionButton({ action, children, busyWords, className = "button", label, question }: Props) {
  const { busy, done, problem, run } = useAction(action);
  const button = (
    <button type="button" className={className} aria-disabled={busy} aria-label={busy ? undefined : label} onClick={question || busy ? undefined : run}>
      {busy ? busyWords : children}
    </button>
  );
  return (
    <div className="inline-flex min-w-0 flex-col items-start">
      {question && !busy ? (
        <Ask question={question} onYes={run}>
          {button}
        </Ask>
      ) : (
        button
      )}
      <Outcome done={done} problem={problem} />
    </div>
  );
}

/** How it went, beside what was pressed. */
export function Outcome({ done, problem }: { done: Done | null; problem: string | null }) {
  const project = done?.project;
  return (
    <>
      <div role="status">
        {done?.said && <p className="mt-1 text-fine">{done.said}</p>}
        {done && (
          <MergeNotes merged={done.merged ?? []} leftOut={done.leftOut ?? []} addressOf={project ? (path) => routes.projectFiles(project, path) : undefined} />
        )}
      </div>
      <div role="alert">{problem && <p className="field-error wrap-anywhere">{problem}</p>}</div>
    </>
  );
}

type Done = Extract<ActionOutcome, { ok: true }>;

/** Calls an action, never throws, and follows where it leads. */
export function useAction<A extends readonly unknown[]>(action: (...given: A) => Promise<ActionOutcome>) {
  const router = useRouter();
  const [busy, setBusy] = useState(false);
  const [done, setDone] = useState<Done | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);

  async function call(...given: A): Promise<ActionOutcome> {
    setBusy(true);
    setFailure(null);
    setDone(null);
    const outcome = await action(...given).catch((): ActionOutcome => ({ ok: false, failure: { code: "unavailable", message: t.account.unavailable } }));
    if (outcome.ok && outcome.goTo) {
      router.push(outcome.goTo);
      // The next page takes the place of this one: the button keeps saying that something goes on.
      return outcome;
    }
    setBusy(false);
    if (outcome.ok) {
      setDone(outcome);
      router.refresh();
    } else setFailure(outcome.failure);
    return outcome;
  }

  return {
    busy,
    done,
    problem: failure?.message ?? null,
    fields: failure?.fields ?? {},
    run: (...given: A): void => {
      if (!busy) void call(...given);
    },
  };
}

function Ask({ question, onYes, children }: { question: Question; onYes: () => void; children: ReactNode }) {
  return (
    <AlertDialog.Root>
      <AlertDialog.Trigger asChild>{children}</AlertDialog.Trigger>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className="overlay" />
        <AlertDialog.Content className="dialog">
          <AlertDialog.Title className="font-serif text-xl font-semibold">{question.title}</AlertDialog.Title>
          <AlertDialog.Description className="mt-2 text-soft">{question.what}</AlertDialog.Description>
          <div className="mt-5 flex flex-wrap justify-end gap-2">
            <AlertDialog.Cancel className="button">{question.no}</AlertDialog.Cancel>
            <AlertDialog.Action className="button button-primary" onClick={onYes}>
              {question.yes}
            </AlertDialog.Action>
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
