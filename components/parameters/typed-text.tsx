"use client";
import { useId, useState } from "react";

type Props = { label: string; hint?: string; text: string; maxLength?: number; onText: (text: string) => void };

/** What is typed stays as it is typed, also where what it means is written otherwise. */
export function TypedText({ label, hint, text, maxLength, onText }: Props) {
  const id = useId();
  const [typed, setTyped] = useState(text);
  return (
    <div>
      <label htmlFor={id} className="label">
        {label}
      </label>
      <input
        id={id}
        type="text"
        className="field"
        value={typed}
        maxLength={maxLength}
        autoComplete="off"
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={(event) => {
          setTyped(event.target.value);
          onText(event.target.value);
        }}
      />
      {hint && (
        <p id={`${id}-hint`} className="hint mt-1">
          {hint}
        </p>
      )}
    </div>
  );
}

export function TypedLines({ label, hint, text, onText }: Props) {
  const id = useId();
  const [typed, setTyped] = useState(text);
  return (
    <div className="sm:col-span-2">
      <label htmlFor={id} className="label">
        {label}
      </label>
      <textarea
        id={id}
        className="field field-mono"
        rows={4}
        value={typed}
        aria-describedby={`${id}-hint`}
        onChange={(event) => {
          setTyped(event.target.value);
          onText(event.target.value);
        }}
      />
      <p id={`${id}-hint`} className="hint mt-1">
        {hint}
      </p>
    </div>
  );
}
