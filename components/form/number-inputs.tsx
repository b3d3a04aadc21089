"use client";
import type { KeyboardEvent } from "react";
import type { Parameter } from "#lib/domain/parameter.ts";
import { isUpload } from "#lib/form/draft.ts";
import { t } from "#lib/messages/en.ts";
import type { InputProps } from "./parameter-field.tsx";
import { textOf, typed, WithUnit } from "./text-inputs.tsx";

type NumberParameter = Extract<Parameter, { type: "integer" | "number" }>;

/** A text field, because a number field loses what it cannot read; arrow keys step all the same. */
export function NumberInput({ parameter, entry, onChange, id, describedBy, invalid }: InputProps<NumberParameter>) {
  const text = textOf(entry);
  const hasSlider = parameter.slider === true && parameter.min !== undefined && parameter.max !== undefined;
  const step = parameter.step ?? (parameter.type === "integer" ? 1 : undefined);
  const byArrow = (event: KeyboardEvent<HTMLInputElement>) => {
    const direction = event.key === "ArrowUp" ? 1 : event.key === "ArrowDown" ? -1 : 0;
    const number = Number(text);
    if (direction === 0 || text.trim() === "" || !Number.isFinite(number) || !(Math.abs(number) < Number.MAX_SAFE_INTEGER)) return;
    event.preventDefault();
    onChange([stepped(number, direction * (step ?? 1), parameter)]);
  };
  const input = (
    <WithUnit unit={parameter.unit}>
      <input
        id={id}
        type="text"
        inputMode={parameter.type === "integer" ? ((parameter.min ?? -1) >= 0 ? "numeric" : "text") : "decimal"}
        className="field tabular-nums"
        value={text}
        autoComplete="off"
        aria-describedby={describedBy}
        aria-invalid={invalid}
        onKeyDown={byArrow}
        onChange={(event) => onChange(typed(event.target.value, parameter.nullable))}
      />
    </WithUnit>
  );
  if (!hasSlider) return input;
  const { min = 0, max = 1 } = parameter;
  const place = Number.isFinite(Number(text)) && text !== "" ? Number(text) : min;
  // A long unit leaves the number no room beside a slider: then the slider goes below.
  const beside = (parameter.unit ?? "").length <= 4;
  // The slider is for pointers; keys and screen readers have the field beside it, which steps by arrows as well.
  return (
    <div className={beside ? "grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3" : "flex flex-col gap-y-1.5"}>
      <input
        type="range"
        className="w-full"
        aria-hidden
        tabIndex={-1}
        min={min}
        max={max}
        step={step ?? (max - min) / 100}
        value={place}
        onChange={(event) => onChange([event.target.value])}
      />
      <div className={beside ? (parameter.unit ? "w-32" : "w-20") : "-order-1"}>{input}</div>
      <div className="hint col-start-1 flex justify-between tabular-nums" aria-hidden>
        <span>{min}</span>
        <span>{max}</span>
      </div>
    </div>
  );
}

function stepped(from: number, by: number, { min, max }: { readonly min?: number; readonly max?: number }): string {
  const next = Math.min(max ?? Number.POSITIVE_INFINITY, Math.max(min ?? Number.NEGATIVE_INFINITY, from + by));
  // 0.1 + 0.2 is to read 0.3.
  return String(Number(next.toPrecision(12)));
}

export function RangeInput({ parameter, entry, onChange, id, describedBy, invalid }: InputProps<Extract<Parameter, { type: "range" }>>) {
  const [low = "", high = ""] = entry === null || isUpload(entry) ? [] : entry;
  const ends = [
    { name: "from", label: t.worksheet.from, text: low, set: (text: string) => onChange([text, high]) },
    { name: "to", label: t.worksheet.to, text: high, set: (text: string) => onChange([low, text]) },
  ];
  return (
    <div className="clear-left grid grid-cols-2 gap-3">
      {ends.map((end) => (
        <div key={end.name}>
          <label htmlFor={`${id}-${end.name}`} className="hint">
            {end.label}
          </label>
          <WithUnit unit={parameter.unit}>
            <input
              id={`${id}-${end.name}`}
              type="text"
              inputMode="decimal"
              className="field tabular-nums"
              value={end.text}
              autoComplete="off"
              aria-describedby={describedBy}
              aria-invalid={invalid}
              onChange={(event) => end.set(event.target.value)}
            />
          </WithUnit>
        </div>
      ))}
      <p className="hint col-span-2">{t.worksheet.between(String(parameter.min), String(parameter.max))}</p>
    </div>
  );
}
