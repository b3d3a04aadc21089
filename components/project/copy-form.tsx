"use client";
import { type FormEvent, useState } from "react";
import { t } from "#lib/messages/en.ts";
import { Outcome, useAction } from "./action-button.tsx";
import type { ActionOutcome } from "./action-outcome.ts";
import { ChoiceList } from "./choice-list.tsx";
import { Making } from "./making.tsx";
import { LineField } from "./words-fields.tsx";

type Into = "mine" | "public";
type Props = {
  project: { readonly id: string; readonly title: string };
  wish: { readonly path: string | null; readonly values: string | null };
  /** Whether the project is one's own: two of the same title are hard to tell apart. */
  mine: boolean;
  mayCurate: boolean;
  make: (given: unknown) => Promise<ActionOutcome>;
};

export function CopyForm({ project, wish, mine, mayCurate, make }: Props) {
  const [into, setInto] = useState<Into>("mine");
  const [startedAt, setStartedAt] = useState<string | null>(null);
  const { busy, done, problem, fields, run } = useAction(make);
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const title = String(new FormData(event.currentTarget).get("title") ?? "").trim();
    setStartedAt(new Date().toISOString());
    run({ projectId: project.id, title, into, ...wish });
  }
  return (
    <form className="flex flex-col gap-5" onSubmit={submit} noValidate>
      <LineField
        id="title"
        name="title"
        label={t.projects.copy.name}
        error={fields.title}
        defaultValue={mine ? t.projects.copy.ownTitle(project.title) : project.title}
      />
      {mayCurate && (
        <ChoiceList
          legend={t.projects.copy.into}
          name="into"
          choices={[
            { value: "mine", label: t.projects.copy.mine },
            { value: "public", label: t.projects.copy.public, hint: t.projects.copy.publicHint },
          ]}
          chosen={into}
          onChange={setInto}
        />
      )}
      {busy ? (
        <div className="max-w-md">
          <Making progress={{ phase: t.projects.copy.copying, percent: null, startedAt }} />
        </div>
      ) : (
        <button type="submit" className="button button-primary self-start">
          {t.projects.copy.submit}
        </button>
      )}
      <Outcome done={done} problem={problem} />
    </form>
  );
}
