"use client";
import { useState } from "react";
import { t } from "#lib/messages/en.ts";
import { PasswordField } from "./password-field.tsx";
import { goOn, signIn } from "./session.ts";
import { TextField } from "./text-field.tsx";

const words = { wrong: t.account.wrong, too_many: t.account.tooMany, unavailable: t.account.unavailable } as const;

export function SignInForm({ next }: { next: string | null }) {
  const [problem, setProblem] = useState<string | null>(null);
  const [sending, setSending] = useState(false);

  async function submit(form: FormData) {
    setSending(true);
    setProblem(null);
    const outcome = await signIn(String(form.get("username")).trim(), String(form.get("password")));
    if (outcome === "in") return goOn(next);
    setSending(false);
    setProblem(words[outcome]);
  }

  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (!sending) void submit(new FormData(event.currentTarget));
      }}
    >
      <div role="alert">{problem && <p className="notice notice-wrong">{problem}</p>}</div>
      <TextField id="username" name="username" label={t.account.username} autoComplete="username" />
      <PasswordField id="password" fresh={false} />
      <button type="submit" className="button button-primary h-10" aria-disabled={sending}>
        {t.account.signIn}
      </button>
    </form>
  );
}
