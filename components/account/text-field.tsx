"use client";
import { FieldFrame, noted } from "#components/layout/field-frame.tsx";

type Props = { id: string; label: string; name: string; hint?: string; error?: string | undefined; type?: string; required?: boolean; autoComplete?: string };

/** Something that is a name or an address rather than words; uncontrolled, so that a refusal leaves what was typed. */
export function TextField({ id, label, name, hint, error, type = "text", required = true, autoComplete }: Props) {
  return (
    <FieldFrame id={id} label={label} hint={hint} error={error} optional={!required}>
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
        {...noted({ id, hint, error })}
      />
    </FieldFrame>
  );
}
