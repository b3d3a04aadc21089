"use client";
import { FieldFrame, noted } from "#components/layout/field-frame.tsx";

type Common = { id: string; name: string; label: string; hint?: string; error?: string | undefined; defaultValue?: string; optional?: boolean };
type LineProps = Common & { type?: "text" | "url" | "password"; mono?: boolean; maxLength?: number };

/** A line of words; uncontrolled, so that a refusal leaves what was typed. */
export function LineField({ name, defaultValue, type = "text", mono = false, maxLength = 200, ...frame }: LineProps) {
  return (
    <FieldFrame {...frame}>
      <input
        id={frame.id}
        name={name}
        type={type}
        className={mono ? "field field-mono" : "field"}
        defaultValue={defaultValue}
        maxLength={maxLength}
        autoComplete={type === "password" ? "new-password" : "off"}
        spellCheck={type === "text" && !mono}
        {...noted(frame)}
      />
    </FieldFrame>
  );
}

/** A sentence or a few. */
export function TextArea({ name, defaultValue, rows = 3, ...frame }: Common & { rows?: number }) {
  return (
    <FieldFrame {...frame}>
      <textarea id={frame.id} name={name} rows={rows} className="field" defaultValue={defaultValue} maxLength={2000} {...noted(frame)} />
    </FieldFrame>
  );
}

type SelectProps = Common & { options: readonly { readonly value: string; readonly label: string }[] };

export function SelectField({ name, defaultValue, options, ...frame }: SelectProps) {
  return (
    <FieldFrame {...frame}>
      <select id={frame.id} name={name} className="field" defaultValue={defaultValue} {...noted(frame)}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </FieldFrame>
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
