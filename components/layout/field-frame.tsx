import type { ReactNode } from "react";
import { t } from "#lib/messages/en.ts";

type Notes = { id: string; hint?: string | undefined; error?: string | undefined };

/** Ties a field to its help and to what is wrong with it. */
export function noted({ id, hint, error }: Notes) {
  return {
    "aria-describedby": [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ") || undefined,
    "aria-invalid": error !== undefined,
  };
}

type Props = Notes & {
  label: string;
  optional?: boolean;
  /** Beside the label. */
  aside?: ReactNode;
  children: ReactNode;
};

/** A field with its label above, its help and what is wrong with it below. The field itself takes `id` and `noted`. */
export function FieldFrame({ id, label, hint, error, optional = false, aside, children }: Props) {
  const name = (
    <label htmlFor={id} className="label">
      {label}
      {optional && <span className="ml-1.5 font-normal text-soft">{t.worksheet.optional}</span>}
    </label>
  );
  return (
    <div>
      {aside ? (
        <div className="flex items-baseline justify-between">
          {name}
          {aside}
        </div>
      ) : (
        name
      )}
      {children}
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
