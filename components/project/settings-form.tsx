"use client";
import { type ReactNode, useRef } from "react";
import { t } from "#lib/messages/en.ts";
import { Outcome, useAction } from "./action-button.tsx";
import type { ActionOutcome } from "./action-outcome.ts";
import { focusFirstProblem } from "./words-fields.tsx";

type Problems = Readonly<Record<string, string>>;
type Props = {
  projectId: string;
  /** Sends only what changed: an address that stays is no renaming. */
  read: (form: FormData) => Record<string, unknown>;
  change: (given: unknown) => Promise<ActionOutcome>;
  fields: (problems: Problems) => ReactNode;
};

/** One setting or a few that belong together, saved on their own; what was typed stays after a refusal. */
export function SettingsForm({ projectId, read, change, fields }: Props) {
  const form = useRef<HTMLFormElement>(null);
  const {
    busy,
    done,
    problem,
    fields: problems,
    run,
  } = useAction(async (given: unknown) => {
    const outcome = await change(given);
    const wrong = outcome.ok ? {} : (outcome.failure.fields ?? {});
    // After the next paint, when the words stand beside the field.
    setTimeout(() => form.current && focusFirstProblem(form.current, wrong), 0);
    return outcome;
  });
  return (
    <form
      ref={form}
      className="flex flex-col gap-5"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        run({ projectId, ...read(new FormData(event.currentTarget)) });
      }}
    >
      {fields(problems)}
      <div className="flex flex-wrap items-center gap-3">
        <button type="submit" className="button" aria-disabled={busy}>
          {busy ? t.projects.form.saving : t.projects.form.save}
        </button>
        <Outcome done={done} problem={Object.keys(problems).length > 0 ? null : problem} />
      </div>
    </form>
  );
}
