"use client";
import { useId, useState } from "react";
import { FieldFrame, noted } from "#components/layout/field-frame.tsx";

type Props = { label: string; hint?: string; placeholder?: string; text: string; maxLength?: number; onText: (text: string) => void };

/** What is typed stays as it is typed, also where what it means is written otherwise. */
function useTyped(text: string, onText: (text: string) => void) {
  const [typed, setTyped] = useState(text);
  const type = (next: string) => {
    setTyped(next);
    onText(next);
  };
  return [typed, type] as const;
}

export function TypedText({ label, hint, placeholder, text, maxLength, onText }: Props) {
  const id = useId();
  const [typed, type] = useTyped(text, onText);
  return (
    <FieldFrame id={id} label={label} hint={hint}>
      <input
        id={id}
        type="text"
        className="field"
        value={typed}
        maxLength={maxLength}
        placeholder={placeholder}
        autoComplete="off"
        onChange={(event) => type(event.target.value)}
        {...noted({ id, hint })}
      />
    </FieldFrame>
  );
}

export function TypedLines({ label, hint, text, onText }: Props) {
  const id = useId();
  const [typed, type] = useTyped(text, onText);
  return (
    <div className="col-span-2 sm:col-span-4">
      <FieldFrame id={id} label={label} hint={hint}>
        <textarea id={id} className="field field-mono" rows={4} value={typed} onChange={(event) => type(event.target.value)} {...noted({ id, hint })} />
      </FieldFrame>
    </div>
  );
}
