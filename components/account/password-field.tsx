"use client";
import { useState } from "react";
import { FieldFrame, noted } from "#components/layout/field-frame.tsx";
import { t } from "#lib/messages/en.ts";

export function PasswordField({ id, fresh, error }: { id: string; fresh: boolean; error?: string | undefined }) {
  const [shown, setShown] = useState(false);
  const hint = fresh ? t.account.passwordHint : undefined;
  const toggle = (
    <button type="button" className="hint min-h-6 cursor-pointer px-1 hover:text-ink" aria-pressed={shown} onClick={() => setShown(!shown)}>
      {shown ? t.account.hidePassword : t.account.showPassword}
    </button>
  );
  return (
    <FieldFrame id={id} label={t.account.password} hint={hint} error={error} aside={toggle}>
      <input
        id={id}
        name="password"
        type={shown ? "text" : "password"}
        className="field"
        required
        autoComplete={fresh ? "new-password" : "current-password"}
        minLength={fresh ? 10 : undefined}
        maxLength={200}
        {...noted({ id, hint, error })}
      />
    </FieldFrame>
  );
}
