"use client";
import type { Parameter } from "#lib/domain/parameter.ts";
import { isUpload } from "#lib/form/draft.ts";
import { t } from "#lib/messages/en.ts";
import type { InputProps } from "./parameter-field.tsx";
import { textOf, typed } from "./text-inputs.tsx";

export function ChoiceInput({ parameter, entry, onChange, id, describedBy, invalid }: InputProps<Extract<Parameter, { type: "choice" }>>) {
  const text = textOf(entry);
  const common = { id, className: "field", "aria-describedby": describedBy, "aria-invalid": invalid };
  if (parameter.allowOther) {
    return (
      <>
        <input
          {...common}
          type="text"
          list={`${id}-choices`}
          value={text}
          autoComplete="off"
          onChange={(event) => onChange(typed(event.target.value, parameter.nullable))}
        />
        <datalist id={`${id}-choices`}>
          {parameter.choices.map((choice) => (
            <option key={String(choice.value)} value={String(choice.value)} label={choice.label} />
          ))}
        </datalist>
      </>
    );
  }
  const known = entry === null || parameter.choices.some((choice) => String(choice.value) === text);
  return (
    <select {...common} value={text} onChange={(event) => onChange(typed(event.target.value, parameter.nullable))}>
      {parameter.nullable && <option value="">{t.worksheet.noValue}</option>}
      {/* A link may carry a value that is no choice: it is shown, and told to be wrong. */}
      {!known && <option value={text}>{text}</option>}
      {parameter.choices.map((choice) => (
        <option key={String(choice.value)} value={String(choice.value)}>
          {choice.label}
        </option>
      ))}
    </select>
  );
}

export function ChoicesInput({ parameter, entry, onChange, id }: InputProps<Extract<Parameter, { type: "choices" }>>) {
  const chosen = new Set(entry === null || isUpload(entry) ? [] : entry);
  const toggle = (text: string, on: boolean) => {
    const next = new Set(chosen);
    if (on) next.add(text);
    else next.delete(text);
    const inOrder = parameter.choices.map((choice) => String(choice.value)).filter((value) => next.has(value));
    onChange([...inOrder, ...[...next].filter((value) => !inOrder.includes(value))]);
  };
  return (
    <div className="clear-left flex max-h-56 flex-col overflow-y-auto">
      {parameter.choices.map((choice, index) => {
        const text = String(choice.value);
        return (
          <label key={text} className="flex min-h-8 cursor-pointer items-center gap-2.5">
            <input
              id={index === 0 ? id : undefined}
              type="checkbox"
              className="size-4"
              checked={chosen.has(text)}
              onChange={(event) => toggle(text, event.target.checked)}
            />
            {choice.label}
          </label>
        );
      })}
    </div>
  );
}
