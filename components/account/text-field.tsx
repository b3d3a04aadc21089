"use client";
import { t } from "#lib/messages/en.ts";

type Props = { id: string; label: string; name: string; hint?: string; error?: string | undefined; type?: string; required?: boolean; autoComplete?: string };

/** A labelled field with its help and its error; uncontrolled, so that a refusal leaves what was typed. */
export function TextField({ id, label, name, hint, error, type = "text", required = true, autoComplete }: Props) {
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ") || undefined;
  return (
    <div>
      <label htmlFor={id} className="label">
        {label}
        {!required && <span className="ml-1.5 font-normal text-soft">{t.worksheet.optional}</span>}
      </label>
      <input
        id={id}
        name={name}
        type={type}
        className="field"
        required={required}
        autoComplete={autoComplete}
        autoCapitalize="none"
        spellCheck={false}
        maxLength={200}
        aria-describedby={described}
        aria-invalid={error !== undefined}
      />
      {hint && (
        <p id={`${id}-hint`} className="hint mt-1">
          {hint}
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
