"use client";
import { useState } from "react";
import { t } from "#lib/messages/en.ts";

export function PasswordField({ id, fresh, error }: { id: string; fresh: boolean; error?: string | undefined }) {
  const [shown, setShown] = useState(false);
  const described = [fresh && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ") || undefined;
  return (
    <div>
      <div className="flex items-baseline justify-between">
        <label htmlFor={id} className="label">
          {t.account.password}
        </label>
        <button type="button" className="hint min-h-6 cursor-pointer px-1 hover:text-ink" aria-pressed={shown} onClick={() => setShown(!shown)}>
          {shown ? t.account.hidePassword : t.account.showPassword}
        </button>
      </div>
      <input
        id={id}
        name="password"
        type={shown ? "text" : "password"}
        className="field"
        required
        autoComplete={fresh ? "new-password" : "current-password"}
        minLength={fresh ? 10 : undefined}
        maxLength={200}
        aria-describedby={described}
        aria-invalid={error !== undefined}
      />
      {fresh && (
        <p id={`${id}-hint`} className="hint mt-1">
          {t.account.passwordHint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} className="field-error">
          {error}
        </p>
      )}
    </div>
  );
}
