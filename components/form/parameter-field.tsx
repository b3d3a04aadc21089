"use client";
import { RotateCcw } from "lucide-react";
import type { ReactNode } from "react";
import type { Parameter } from "#lib/domain/parameter.ts";
import { describeDefault, type Entry, isChanged } from "#lib/form/draft.ts";
import { t } from "#lib/messages/en.ts";
import { ChoiceInput, ChoicesInput } from "./choice-inputs.tsx";
import { FileInput } from "./file-input.tsx";
import { NumberInput, RangeInput } from "./number-inputs.tsx";
import { BooleanInput, ColumnInput, DateInput, StringInput, TextInput } from "./text-inputs.tsx";

/** What every input gets: the parameter, what stands in it, and the ids that tie label, help and error to it. */
export type InputProps<P extends Parameter = Parameter> = {
  readonly parameter: P;
  readonly entry: Entry;
  readonly onChange: (entry: Entry) => void;
  readonly id: string;
  readonly describedBy: string | undefined;
  readonly invalid: boolean;
  readonly columns: readonly string[];
  readonly onColumns: (columns: readonly string[]) => void;
  readonly onBusy: (busy: boolean) => void;
};

type Props = Omit<InputProps, "id" | "describedBy" | "invalid"> & { readonly error: string | undefined };

export function ParameterField({ parameter, entry, onChange, error, ...others }: Props) {
  const id = `value-${parameter.name}`;
  const changed = isChanged(parameter, entry);
  const hint = hintOf(parameter);
  const describedBy = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ") || undefined;
  const grouped = parameter.type === "choices" || parameter.type === "range";
  const props = { parameter, entry, onChange, id, describedBy, invalid: error !== undefined, ...others };
  const Wrapper = grouped ? "fieldset" : "div";
  return (
    <Wrapper className="parameter" data-changed={changed} {...(grouped && describedBy && { "aria-describedby": describedBy })}>
      <div className="parameter-head">
        {grouped ? (
          <legend className="label float-left">{parameter.label}</legend>
        ) : parameter.type === "boolean" ? (
          <span />
        ) : (
          <Label id={id} parameter={parameter} />
        )}
        {changed && (
          <button type="button" className="was" onClick={() => onChange(parameter.default === null ? null : defaultEntry(parameter))}>
            <RotateCcw size={12} aria-hidden />
            <span className="sr-only">{`${t.worksheet.resetOne(parameter.label)}, `}</span>
            <span>{t.worksheet.was(describeDefault(parameter))}</span>
          </button>
        )}
      </div>
      {inputOf(props)}
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
    </Wrapper>
  );
}

function Label({ id, parameter }: { id: string; parameter: Parameter }) {
  return (
    <label htmlFor={id} className="label">
      {parameter.label}
      {parameter.nullable && <span className="ml-1.5 font-normal text-soft">{t.worksheet.optional}</span>}
    </label>
  );
}

function defaultEntry(parameter: Parameter): Entry {
  return Array.isArray(parameter.default) ? parameter.default.map(String) : [String(parameter.default)];
}

function hintOf(parameter: Parameter): string {
  const bounds =
    (parameter.type === "integer" || parameter.type === "number") && !parameter.slider && parameter.min !== undefined && parameter.max !== undefined
      ? t.worksheet.between(String(parameter.min), String(parameter.max))
      : "";
  return [parameter.help, bounds].filter(Boolean).join(" · ");
}

function inputOf(props: InputProps): ReactNode {
  const { parameter } = props;
  switch (parameter.type) {
    case "string":
      return <StringInput {...props} parameter={parameter} />;
    case "text":
      return <TextInput {...props} parameter={parameter} />;
    case "integer":
    case "number":
      return <NumberInput {...props} parameter={parameter} />;
    case "boolean":
      return <BooleanInput {...props} parameter={parameter} />;
    case "choice":
      return <ChoiceInput {...props} parameter={parameter} />;
    case "choices":
      return <ChoicesInput {...props} parameter={parameter} />;
    case "date":
      return <DateInput {...props} parameter={parameter} />;
    case "range":
      return <RangeInput {...props} parameter={parameter} />;
    case "file":
      return <FileInput {...props} parameter={parameter} />;
    case "column":
      return <ColumnInput {...props} parameter={parameter} />;
  }
}
