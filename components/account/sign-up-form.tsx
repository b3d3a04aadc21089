"use client";
import { useState } from "react";
import { t } from "#lib/messages/en.ts";
import type { Failure } from "#lib/result.ts";
import { PasswordField } from "./password-field.tsx";
import { goOn, signIn } from "./session.ts";
import { TextField } from "./text-field.tsx";

export type SignUpFields = {
  readonly username: string;
  readonly displayName: string;
  readonly email: string | null;
  readonly password: string;
  readonly key: string | null;
};
type Props = { next: string | null; submitWords: string; oneTimeKey?: string; action: (fields: SignUpFields) => Promise<Failure | null> };

/** For everybody, and with a one-time key for the first administrator. Signs in as soon as the account is there. */
export function SignUpForm({ next, submitWords, oneTimeKey, action }: Props) {
  const [failure, setFailure] = useState<Pick<Failure, "message" | "fields"> | null>(null);
  const [sending, setSending] = useState(false);

  async function submit(form: FormData) {
    setSending(true);
    setFailure(null);
    const text = (name: string) => String(form.get(name) ?? "").trim();
    const fields = {
      username: text("username"),
      displayName: text("displayName") || text("username"),
      email: text("email") || null,
      password: String(form.get("password")),
      key: oneTimeKey ?? null,
    };
    const refused = await action(fields).catch(() => ({ message: t.account.unavailable }));
    if (!refused && (await signIn(fields.username, fields.password)) === "in") return goOn(next);
    setSending(false);
    setFailure(refused ?? { message: t.account.signedUpNotIn });
  }

  const fields = failure?.fields ?? {};
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (!sending) void submit(new FormData(event.currentTarget));
      }}
    >
      <div role="alert">{failure && <p className="notice notice-wrong">{failure.message}</p>}</div>
      <TextField id="username" name="username" label={t.account.username} hint={t.account.usernameHint} error={fields.username} autoComplete="username" />
      <TextField id="displayName" name="displayName" label={t.account.displayName} error={fields.displayName} required={false} autoComplete="name" />
      <TextField
        id="email"
        name="email"
        type="email"
        label={t.account.email}
        hint={t.account.emailHint}
        error={fields.email}
        required={false}
        autoComplete="email"
      />
      <PasswordField id="password" fresh error={fields.password} />
      <button type="submit" className="button button-primary h-10" aria-disabled={sending}>
        {submitWords}
      </button>
    </form>
  );
}
