/**
 * A parameter of a worksheet, as compiled from any of the accepted syntaxes.
 * One shape for all of them: the form, the validation, the JSON Schema and the literals read only this.
 */
export type Scalar = string | number | boolean;
export type Choice = { readonly value: Scalar; readonly label: string };

type Common = {
  /** The variable's name in the notebook's language. */
  readonly name: string;
  readonly label: string;
  readonly help?: string;
  readonly unit?: string;
  readonly group?: string;
  /** Folded away until asked for. */
  readonly advanced: boolean;
  /** May be "no value": None in Python, NULL in R. */
  readonly nullable: boolean;
};

type Bounds = { readonly min?: number; readonly max?: number; readonly step?: number; readonly slider?: boolean };

export type Parameter = Common &
  (
    | { readonly type: "string"; readonly default: string | null; readonly maxLength?: number; readonly pattern?: string }
    | { readonly type: "text"; readonly default: string | null; readonly maxLength?: number }
    | ({ readonly type: "integer"; readonly default: IntegerValue | null } & Bounds)
    | ({ readonly type: "number"; readonly default: NumberValue | null } & Bounds)
    | { readonly type: "boolean"; readonly default: boolean | null }
    | { readonly type: "choice"; readonly default: Scalar | null; readonly choices: readonly Choice[]; readonly allowOther: boolean }
    | { readonly type: "choices"; readonly default: readonly Scalar[]; readonly choices: readonly Choice[] }
    /** Days as "2024-02-29". `writtenAs`: how the notebook's code gets it, a string (usual) or the language's own date. */
    | { readonly type: "date"; readonly default: string | null; readonly min?: string; readonly max?: string; readonly writtenAs?: "text" | "date" }
    | { readonly type: "range"; readonly default: readonly [number, number]; readonly min: number; readonly max: number; readonly step?: number }
    /** `default`: a path inside the repository. `accept`: file name endings (".csv"). */
    | { readonly type: "file"; readonly default: string | null; readonly accept: readonly string[]; readonly maxBytes: number }
    /** The name of a column in the file parameter named by `of`. */
    | { readonly type: "column"; readonly default: string | null; readonly of: string }
  );

export type ParameterType = Parameter["type"];

/** Beyond 2^53 an integer travels as decimal digits, so that JSON does not round it. */
export type IntegerValue = number | string;
/** JSON has no infinities: they travel as these words. */
export type NumberValue = number | "Infinity" | "-Infinity" | "NaN";

/** A validated value, as JSON: what is stored in a run and what an API client sends. A file is `{upload}` or a repository path. */
export type Value = null | Scalar | readonly Scalar[] | { readonly upload: string; readonly name: string };
export type Values = Readonly<Record<string, Value>>;
