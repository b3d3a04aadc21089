"use client";
import { useId } from "react";
import type { ParameterSuggestion } from "#lib/domain/notebook-diff.ts";
import type { ParameterType } from "#lib/domain/parameter.ts";
import type { ParametersView } from "#lib/domain/project.ts";
import { choicesText, hasChoices, isBounded, kindsOf, withBound, withChoices, withFirstChoice, withKind, withWord } from "#lib/form/marking.ts";
import { t } from "#lib/messages/en.ts";
import { labelOf } from "#lib/worksheet/build-parameter.ts";
import type { ParameterSpecs } from "#lib/worksheet/mark-parameters.ts";
import type { ParameterSpec } from "#lib/worksheet/sheaf-metadata.ts";
import { TypedLines, TypedText } from "./typed-text.tsx";

export type MarkProps = { view: ParametersView; specs: ParameterSpecs; onChange: (specs: ParameterSpecs) => void };

/** Every constant with whether readers may change it, and for those that they may what they see of it. */
export function ConstantsList({ view, specs, onChange }: MarkProps) {
  if (view.suggestions.length === 0) return <p className="hint">{t.parameters.noConstants}</p>;
  return (
    <ul className="flex flex-col">
      {view.suggestions.map((suggestion) => (
        <Constant
          key={suggestion.name}
          suggestion={suggestion}
          spec={specs[suggestion.name] ?? null}
          onMark={(spec) => onChange(marked(specs, suggestion.name, spec))}
        />
      ))}
    </ul>
  );
}

/** The same marks with one said otherwise, or with null no more. */
export function marked(specs: ParameterSpecs, name: string, spec: ParameterSpec | null): ParameterSpecs {
  const { [name]: _former, ...others } = specs;
  return spec === null ? others : { ...specs, [name]: spec };
}

type ConstantProps = { suggestion: ParameterSuggestion; spec: ParameterSpec | null; onMark: (spec: ParameterSpec | null) => void };

function Constant({ suggestion, spec, onMark }: ConstantProps) {
  const id = useId();
  const { name, literal, cell, line, caution, comment } = suggestion;
  return (
    <li className="border-b border-line py-3">
      <div className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
        <input
          id={id}
          type="checkbox"
          className="self-center"
          checked={spec !== null}
          aria-label={t.parameters.mark(name)}
          onChange={(event) => onMark(event.target.checked ? (comment ? { help: comment } : {}) : null)}
        />
        <label htmlFor={id} className="font-mono">
          {name} = <span className="text-accent">{literal.length > 60 ? `${literal.slice(0, 57)}…` : literal}</span>
        </label>
        <span className="hint">{t.parameters.line(cell, line)}</span>
      </div>
      {caution && <p className="hint mt-1">{`${name} ${caution}.`}</p>}
      {spec !== null && <Details suggestion={suggestion} spec={spec} onMark={onMark} />}
    </li>
  );
}

function Details({ suggestion, spec, onMark }: ConstantProps & { spec: ParameterSpec }) {
  const id = useId();
  const kinds = kindsOf(suggestion);
  const kind = spec.type ?? (spec.choices ? (suggestion.type === "choices" ? "choices" : "choice") : (kinds[0] ?? "string"));
  const known = kinds.includes(kind) ? kinds : [kind, ...kinds];
  const numeric = suggestion.type === "integer" || suggestion.type === "number" || /^[[(c]*\s*[-\d]/.test(suggestion.literal);
  return (
    <fieldset className="mt-3 mb-1 grid grid-cols-2 gap-3 sm:grid-cols-4">
      <legend className="sr-only">{t.parameters.details(suggestion.name)}</legend>
      <div className="col-span-2">
        <TypedText
          label={t.parameters.label}
          placeholder={labelOf(suggestion.name)}
          text={spec.label ?? ""}
          maxLength={200}
          onText={(text) => onMark(withWord(spec, "label", text))}
        />
      </div>
      <div>
        <label htmlFor={`${id}-kind`} className="label">
          {t.parameters.kind}
        </label>
        <select
          id={`${id}-kind`}
          className="field"
          value={kind}
          onChange={(event) => onMark(withFirstChoice(withKind(spec, event.target.value as ParameterType), suggestion.literal, numeric))}
        >
          {known.map((one) => (
            <option key={one} value={one}>
              {t.parameters.kinds[one]}
            </option>
          ))}
        </select>
      </div>
      <TypedText label={t.parameters.unit} text={spec.unit ?? ""} maxLength={50} onText={(text) => onMark(withWord(spec, "unit", text))} />
      <div className="col-span-2">
        <TypedText
          label={t.parameters.help}
          placeholder={suggestion.comment ?? ""}
          text={spec.help ?? ""}
          maxLength={2000}
          onText={(text) => onMark(withWord(spec, "help", text))}
        />
      </div>
      {isBounded(kind) && (
        <>
          <TypedText
            label={t.parameters.min}
            text={spec.min === undefined ? "" : String(spec.min)}
            maxLength={50}
            onText={(text) => onMark(withBound(spec, "min", text))}
          />
          <TypedText
            label={t.parameters.max}
            text={spec.max === undefined ? "" : String(spec.max)}
            maxLength={50}
            onText={(text) => onMark(withBound(spec, "max", text))}
          />
        </>
      )}
      {hasChoices(kind) && (
        <TypedLines
          label={t.parameters.choices}
          hint={t.parameters.choicesHint}
          text={choicesText(spec)}
          onText={(text) => onMark(withChoices(spec, text, numeric))}
        />
      )}
    </fieldset>
  );
}
