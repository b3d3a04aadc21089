"use client";
import type { ReactNode } from "react";
import type { Parameter } from "#lib/domain/parameter.ts";
import { type Entry, isUpload } from "#lib/form/draft.ts";
import type { InputProps } from "./parameter-field.tsx";

type Of<T extends Parameter["type"]> = InputProps<Extract<Parameter, { type: T }>>;

export function textOf(entry: Entry): string {
  return entry === null || isUpload(entry) ? "" : (entry.at(-1) ?? "");
}

/** An emptied field means "no value" where the worksheet allows that. */
export function typed(text: string, nullable: boolean): Entry {
  return text === "" && nullable ? null : [text];
}

export function WithUnit({ unit, children }: { unit: string | undefined; children: ReactNode }) {
  if (!unit) return children;
  return (
    <div className="with-unit">
      {children}
      <span className="unit">{unit}</span>
    </div>
  );
}

export function StringInput({ parameter, entry, onChange, id, describedBy, invalid }: Of<"string">) {
  return (
    <WithUnit unit={parameter.unit}>
      <input
        id={id}
        type="text"
        className="field"
        value={textOf(entry)}
        maxLength={parameter.maxLength}
        autoComplete="off"
        spellCheck={false}
        aria-describedby={describedBy}
        aria-invalid={invalid}
        onChange={(event) => onChange(typed(event.target.value, parameter.nullable))}
      />
    </WithUnit>
  );
}

export function TextInput({ parameter, entry, onChange, id, describedBy, invalid }: Of<"text">) {
  return (
    <textarea
      id={id}
      rows={5}
      className="field field-mono"
      value={textOf(entry)}
      maxLength={parameter.maxLength}
      spellCheck={false}
      aria-describedby={describedBy}
      aria-invalid={invalid}
      onChange={(event) => onChange(typed(event.target.value, parameter.nullable))}
    />
  );
}

export function DateInput({ parameter, entry, onChange, id, describedBy, invalid }: Of<"date">) {
  return (
    <input
      id={id}
      type="date"
      className="field"
      value={textOf(entry)}
      min={parameter.min}
      max={parameter.max}
      aria-describedby={describedBy}
      aria-invalid={invalid}
      onChange={(event) => onChange(typed(event.target.value, parameter.nullable))}
    />
  );
}

export function BooleanInput({ parameter, entry, onChange, id, describedBy, invalid }: Of<"boolean">) {
  const checked = textOf(entry) === "true";
  return (
    <label className="flex min-h-9 cursor-pointer items-center gap-2.5">
      <input
        id={id}
        type="checkbox"
        className="size-4.5"
        checked={checked}
        aria-describedby={describedBy}
        aria-invalid={invalid}
        onChange={(event) => onChange([String(event.target.checked)])}
      />
      <span className="label">{parameter.label}</span>
    </label>
  );
}

/** The columns of a file chosen here are offered; those of an example file are not known to the browser. */
export function ColumnInput({ parameter, entry, onChange, id, describedBy, invalid, columns }: Of<"column">) {
  return (
    <>
      <input
        id={id}
        type="text"
        className="field"
        list={`${id}-columns`}
        value={textOf(entry)}
        autoComplete="off"
        spellCheck={false}
        aria-describedby={describedBy}
        aria-invalid={invalid}
        onChange={(event) => onChange(typed(event.target.value, parameter.nullable))}
      />
      <datalist id={`${id}-columns`}>
        {columns.map((column) => (
          <option key={column} value={column} />
        ))}
      </datalist>
    </>
  );
}
