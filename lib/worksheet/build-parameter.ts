import type { Choice, IntegerValue, NumberValue, Parameter, ParameterType, Scalar } from "#lib/domain/parameter.ts";
import { checkValue } from "./check-value.ts";
import { isDay } from "./dates.ts";
import { patternProblem } from "./pattern.ts";
import type { ChoiceSpec, ParameterSpec } from "./sheaf-metadata.ts";
import type { StaticValue } from "./source.ts";

/** Either a parameter or a sentence about what its author should change. */
export type Built = { readonly parameter: Parameter } | { readonly problem: string };

type Common = Pick<Parameter, "name" | "label" | "advanced" | "nullable"> & { help?: string; unit?: string; group?: string };
type Builder = (common: Common, value: StaticValue, spec: ParameterSpec) => Built;

const usualMaxBytes = 20 * 1024 * 1024;

/** The parameter that a variable's default value and its description make. The default always comes from the code. */
export function buildParameter(name: string, value: StaticValue, spec: ParameterSpec): Built {
  if (name.startsWith("__")) return { problem: `A parameter cannot be called "${name}": names that begin with two underscores are the language's own.` };
  if (name.length > 100) return { problem: "This name is too long for a parameter (at most 100 characters)." };
  const type = spec.type ?? inferType(value, spec);
  if (type === null)
    return { problem: `${name} is a list without choices, so no field can be made of it. Describe its choices in the cell's metadata, or mark it as fixed.` };
  // A file or a column that is None must be given; other values that are None may stay so.
  const nullable = spec.nullable ?? (value.kind === "null" && type !== "file" && type !== "column");
  const common: Common = { name, label: spec.label ?? labelOf(name), advanced: spec.advanced ?? false, nullable };
  if (spec.help !== undefined) common.help = spec.help;
  if (spec.unit !== undefined) common.unit = spec.unit;
  if (spec.group !== undefined) common.group = spec.group;
  const unfit = optionsThatDoNotFit(type, spec);
  if (unfit.length > 0) return { problem: `${name} is of type ${type}, which has no "${unfit.join('", "')}".` };
  return withFittingDefault(builders[type](common, value, spec));
}

/** A default that the form would refuse makes a worksheet nobody can run. */
function withFittingDefault(built: Built): Built {
  if ("problem" in built || built.parameter.default === null) return built;
  const checked = checkValue(built.parameter, built.parameter.default);
  return "problem" in checked ? { problem: `The default value of ${built.parameter.name} does not fit: ${checked.problem}` } : built;
}

/** "population_size" and "populationSize" both read "Population size". */
export function labelOf(name: string): string {
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])(?![A-Z])/g, (_, before: string, after: string) => `${before} ${after.toLowerCase()}`)
    .replaceAll(/[_.]+/g, " ")
    .trim();
  return words === "" ? name : (words[0] ?? "").toUpperCase() + words.slice(1);
}

function inferType(value: StaticValue, spec: ParameterSpec): ParameterType | null {
  if (spec.choices) return value.kind === "list" ? "choices" : "choice";
  if (spec.accept || spec.maxBytes !== undefined) return "file";
  if (spec.of !== undefined) return "column";
  if (value.kind === "integer" || value.kind === "number") {
    return value.kind === "integer" && [spec.min, spec.max, spec.step].every((bound) => bound === undefined || Number.isInteger(bound)) ? "integer" : "number";
  }
  if (value.kind === "list") return value.items.length === 2 && spec.min !== undefined && spec.max !== undefined ? "range" : null;
  if (value.kind === "null") return "string";
  return value.kind === "string" && value.value.includes("\n") ? "text" : value.kind;
}

const optionsOf = {
  string: ["maxLength", "pattern"],
  text: ["maxLength"],
  integer: ["min", "max", "step", "slider"],
  number: ["min", "max", "step", "slider"],
  boolean: [],
  choice: ["choices", "allowOther"],
  choices: ["choices"],
  date: ["min", "max"],
  range: ["min", "max", "step"],
  file: ["accept", "maxBytes"],
  column: ["of"],
} as const satisfies Record<ParameterType, readonly (keyof ParameterSpec)[]>;

function optionsThatDoNotFit(type: ParameterType, spec: ParameterSpec): readonly string[] {
  const own: readonly string[] = optionsOf[type];
  const special = new Set<string>(Object.values(optionsOf).flat());
  return Object.keys(spec).filter((key) => spec[key as keyof ParameterSpec] !== undefined && special.has(key) && !own.includes(key));
}

const builders: Readonly<Record<ParameterType, Builder>> = {
  string: (common, value, spec) => {
    const text = textOf(value);
    if (text === undefined) return wrongDefault(common, "a text in quotes");
    const problem = spec.pattern === undefined ? null : patternProblem(spec.pattern);
    if (problem) return { problem: `The pattern of ${common.name} cannot be used: ${problem}` };
    return { parameter: { ...common, type: "string", default: text, ...given("maxLength", spec.maxLength), ...given("pattern", spec.pattern) } };
  },
  text: (common, value, spec) => {
    const text = textOf(value);
    return text === undefined
      ? wrongDefault(common, "a text in quotes")
      : { parameter: { ...common, type: "text", default: text, ...given("maxLength", spec.maxLength) } };
  },
  integer: (common, value, spec) => {
    const number = integerOf(value);
    return number === undefined
      ? wrongDefault(common, "a whole number")
      : withBounds(spec, common, (bounds) => ({ ...common, type: "integer", default: number, ...bounds }));
  },
  number: (common, value, spec) => {
    const number = numberOf(value);
    return number === undefined
      ? wrongDefault(common, "a number")
      : withBounds(spec, common, (bounds) => ({ ...common, type: "number", default: number, ...bounds }));
  },
  boolean: (common, value) => {
    if (value.kind !== "boolean" && value.kind !== "null") return wrongDefault(common, "true or false");
    return { parameter: { ...common, type: "boolean", default: value.kind === "null" ? null : value.value } };
  },
  choice: (common, value, spec) => {
    const choices = choicesOf(spec.choices);
    if (!choices) return { problem: `The choices of ${common.name} must be given, each one different.` };
    const scalar = value.kind === "null" ? null : scalarOf(value);
    if (scalar === undefined) return wrongDefault(common, "one of its choices");
    const allowOther = spec.allowOther ?? false;
    if (scalar !== null && !allowOther && !choices.some((choice) => choice.value === scalar)) return wrongDefault(common, "one of its choices");
    return { parameter: { ...common, type: "choice", default: scalar, choices, allowOther } };
  },
  choices: (common, value, spec) => {
    const choices = choicesOf(spec.choices);
    if (!choices) return { problem: `The choices of ${common.name} must be given, each one different.` };
    const scalars = value.kind === "list" ? value.items.map(scalarOf) : [undefined];
    const chosen = choices.map((choice) => choice.value).filter((choice) => scalars.includes(choice));
    if (chosen.length !== scalars.length || common.nullable) return wrongDefault(common, "a list of some of its choices, each once");
    return { parameter: { ...common, type: "choices", default: scalars.filter((item) => item !== undefined), choices } };
  },
  date: (common, value, spec) => {
    const text = value.kind === "date" ? value.value : textOf(value);
    if (text === undefined || (text !== null && !isDay(text))) return wrongDefault(common, 'a day such as "2024-02-29"');
    for (const bound of [spec.min, spec.max])
      if (bound !== undefined && !(typeof bound === "string" && isDay(bound)))
        return { problem: `The bounds of ${common.name} must be days such as "2024-02-29".` };
    const bounds = { ...given("min", spec.min?.toString()), ...given("max", spec.max?.toString()) };
    return { parameter: { ...common, type: "date", default: text, ...bounds, ...(value.kind === "date" ? { writtenAs: "date" as const } : {}) } };
  },
  range: (common, value, spec) => {
    const [low, high, ...more] = value.kind === "list" ? value.items.map(numberOf) : [];
    const { min, max } = spec;
    if (typeof min !== "number" || typeof max !== "number" || min >= max) return { problem: `${common.name} is a range and needs "min" and "max".` };
    if (typeof low !== "number" || typeof high !== "number" || more.length > 0 || low > high || low < min || high > max || common.nullable)
      return wrongDefault(common, "two numbers inside its bounds, the smaller first");
    return { parameter: { ...common, type: "range", default: [low, high], min, max, ...given("step", spec.step) } };
  },
  file: (common, value, spec) => {
    const text = textOf(value);
    if (text === undefined || (text !== null && !isInsidePath(text)))
      return wrongDefault(common, 'the path of a file in this repository, such as "data/counts.csv"');
    return {
      parameter: {
        ...common,
        type: "file",
        default: text,
        accept: (spec.accept ?? []).map((ending) => ending.toLowerCase()),
        maxBytes: spec.maxBytes ?? usualMaxBytes,
      },
    };
  },
  column: (common, value, spec) => {
    const text = textOf(value);
    if (text === undefined) return wrongDefault(common, "a column's name in quotes");
    return spec.of === undefined
      ? { problem: `${common.name} is a column and must say of which file parameter ("of").` }
      : { parameter: { ...common, type: "column", default: text, of: spec.of } };
  },
};

function withBounds(spec: ParameterSpec, common: Common, build: (bounds: { min?: number; max?: number; step?: number; slider?: boolean }) => Parameter): Built {
  const { min, max } = spec;
  if (typeof min === "string" || typeof max === "string") return { problem: `The bounds of ${common.name} must be numbers.` };
  if (min !== undefined && max !== undefined && min > max) return { problem: `The bounds of ${common.name} are the wrong way round.` };
  if (spec.slider && (min === undefined || max === undefined)) return { problem: `The slider of ${common.name} needs "min" and "max".` };
  return { parameter: build({ ...given("min", min), ...given("max", max), ...given("step", spec.step), ...given("slider", spec.slider) }) };
}

function wrongDefault(common: Common, wanted: string): Built {
  return { problem: `The default value of ${common.name} must be ${wanted}.` };
}

function textOf(value: StaticValue): string | null | undefined {
  if (value.kind === "null") return null;
  return value.kind === "string" ? value.value : undefined;
}

/** R writes whole numbers as doubles: 5 is as good as 5L where an integer is asked for. */
function integerOf(value: StaticValue): IntegerValue | null | undefined {
  if (value.kind === "null") return null;
  if (value.kind === "integer") return value.value;
  return value.kind === "number" && Number.isSafeInteger(value.value) ? value.value : undefined;
}

function numberOf(value: StaticValue): NumberValue | null | undefined {
  if (value.kind === "null") return null;
  if (value.kind === "number") return value.value;
  return value.kind === "integer" && typeof value.value === "number" ? value.value : undefined;
}

function scalarOf(value: StaticValue): Scalar | undefined {
  if (value.kind === "string" || value.kind === "boolean") return value.value;
  return (value.kind === "integer" || value.kind === "number") && typeof value.value === "number" ? value.value : undefined;
}

/** Two choices that read alike could not be told apart in a form or an address. */
function choicesOf(specs: readonly ChoiceSpec[] | undefined): readonly Choice[] | null {
  if (!specs || specs.length === 0) return null;
  const choices = specs.map((spec) => (typeof spec === "object" ? spec : { value: spec, label: String(spec) }));
  return new Set(choices.map((choice) => String(choice.value))).size === choices.length ? choices : null;
}

function isInsidePath(path: string): boolean {
  return (
    path !== "" &&
    path.length <= 1000 &&
    !path.startsWith("/") &&
    !/[\\\0]/.test(path) &&
    path.split("/").every((part) => part !== "" && part !== "." && part !== "..")
  );
}

function given<K extends string, T>(key: K, value: T | undefined): { readonly [P in K]?: T } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]?: T });
}
