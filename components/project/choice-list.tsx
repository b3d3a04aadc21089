type Choice<V extends string> = { readonly value: V; readonly label: string; readonly hint?: string };
type Props<V extends string> = {
  legend: string;
  name: string;
  choices: readonly Choice<V>[];
  chosen: V;
  onChange?: (value: V) => void;
  error?: string | undefined;
  /** The legend is said already by what stands above. */
  quiet?: boolean;
};

/** One of a few, each with what it means; uncontrolled unless somebody listens. */
export function ChoiceList<V extends string>({ legend, name, choices, chosen, onChange, error, quiet = false }: Props<V>) {
  return (
    <fieldset aria-describedby={error ? `${name}-error` : undefined}>
      <legend className={quiet ? "sr-only" : "label"}>{legend}</legend>
      {choices.map((choice) => (
        <label key={choice.value} className="choice">
          <input
            type="radio"
            name={name}
            value={choice.value}
            {...(onChange ? { checked: choice.value === chosen, onChange: () => onChange(choice.value) } : { defaultChecked: choice.value === chosen })}
          />
          <span>{choice.label}</span>
          {choice.hint && <span className="hint">{choice.hint}</span>}
        </label>
      ))}
      {error && (
        <p id={`${name}-error`} className="field-error">
          {error}
        </p>
      )}
    </fieldset>
  );
}
