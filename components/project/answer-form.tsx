"use client";
import { useId, useState } from "react";
import { t } from "#lib/messages/en.ts";
import { Outcome, useAction } from "./action-button.tsx";
import type { ActionOutcome } from "./action-outcome.ts";

type Props = { requestId: string; answer: (given: { requestId: string; decision: "accept" | "decline"; answer: string }) => Promise<ActionOutcome> };

/** An administrator's words and decision; declining without words is refused. */
export function AnswerForm({ requestId, answer }: Props) {
  const id = useId();
  const [text, setText] = useState("");
  const { busy, done, problem, fields, run } = useAction(answer);
  const words = t.projects.requests;
  const decide = (decision: "accept" | "decline") => run({ requestId, decision, answer: text });
  return (
    <div>
      <label htmlFor={id} className="label">
        {words.answer}
      </label>
      <textarea
        id={id}
        rows={4}
        className="field mt-1"
        value={text}
        maxLength={2000}
        onChange={(event) => setText(event.target.value)}
        aria-describedby={`${id}-hint`}
        aria-invalid={fields.answer !== undefined}
      />
      <p id={`${id}-hint`} className="hint mt-1">
        {words.answerHint}
      </p>
      <div className="mt-3 flex flex-wrap gap-2">
        <button type="button" className="button button-primary" aria-disabled={busy} onClick={() => decide("accept")}>
          {words.accept}
        </button>
        <button type="button" className="button" aria-disabled={busy} onClick={() => decide("decline")}>
          {words.decline}
        </button>
      </div>
      <Outcome done={done} problem={problem} />
    </div>
  );
}
