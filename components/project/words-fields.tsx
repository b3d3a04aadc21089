"use client";
import { t } from "#lib/messages/en.ts";

type Common = { id: string; name: string; label: string; hint?: string; error?: string | undefined; defaultValue?: string };

function described(id: string, hint: string | undefined, error: string | undefined): string | undefined {
  return [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ") || undefined;
}

function Below({ id, hint, error }: { id: string; hint?: string | undefined; error?: string | undefined }) {
  return (
    <>
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
    </>
  );
}

type LineProps = Common & {
  type?: "text" | "url" | "password";
  required?: boolean;
  optional?: boolean;
  mono?: boolean;
  autoFocus?: boolean;
  maxLength?: number;
};

/** A line of words; uncontrolled, so that a refusal leaves what was typed. */
export function LineField({ id, name, label, hint, error, defaultValue, type = "text", optional = false, mono = false, maxLength = 200 }: LineProps) {
  return (
    <div>
      <label htmlFor={id} className="label">
        {label}
        {optional && <span className="ml-1.5 font-normal text-soft">{t.worksheet.optional}</span>}
      </label>
      <input
        id={id}
        name={name}
        type={type}
        className={mono ? "field field-mono" : "field"}
        defaultValue={defaultValue}
        maxLength={maxLength}
        autoComplete={type === "password" ? "new-password" : "off"}
        spellCheck={type === "text" && !mono}
        aria-describedby={described(id, hint, error)}
        aria-invalid={error !== undefined}
      />
      <Below id={id} hint={hint} error={error} />
    </div>
  );
}

/** A sentence or a few. */
export function TextArea({ id, name, label, hint, error, defaultValue, rows = 3, optional = false }: Common & { rows?: number; optional?: boolean }) {
  return (
    <div>
      <label htmlFor={id} className="label">
        {label}
        {optional && <span className="ml-1.5 font-normal text-soft">{t.worksheet.optional}</span>}
      </label>
      <textarea
        id={id}
        name={name}
        rows={rows}
        className="field"
        defaultValue={defaultValue}
        maxLength={2000}
        aria-describedby={described(id, hint, error)}
        aria-invalid={error !== undefined}
      />
      <Below id={id} hint={hint} error={error} />
    </div>
  );
}

type SelectProps = Common & { options: readonly { readonly value: string; readonly label: string }[] };

export function SelectField({ id, name, label, hint, error, defaultValue, options }: SelectProps) {
  return (
    <div>
      <label htmlFor={id} className="label">
        {label}
      </label>
      <select
        id={id}
        name={name}
        className="field"
        defaultValue={defaultValue}
        aria-describedby={described(id, hint, error)}
        aria-invalid={error !== undefined}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      <Below id={id} hint={hint} error={error} />
    </div>
  );
}

/** After a refusal: to the first field that it speaks of. */
export function focusFirstProblem(form: HTMLFormElement, fields: Readonly<Record<string, string>>): void {
  const named = Object.keys(fields).flatMap((name) => Array.from(form.elements).filter((element) => element.getAttribute("name") === name));
  const [first] = named;
  if (first instanceof HTMLElement) {
    first.closest("details")?.setAttribute("open", "");
    first.focus();
  }
}
