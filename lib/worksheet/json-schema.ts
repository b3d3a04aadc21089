import type { Parameter } from "#lib/domain/parameter.ts";
import { limits } from "./check-value.ts";

export type JsonSchema = { readonly [key: string]: unknown };

/** No NUL. Halves of characters are left to `checkValue`: not all validators read patterns as Unicode. */
const textPattern = "^[^\\u0000]*$";

/**
 * The values of a worksheet as JSON Schema (draft 2020-12), defaults included. What it refuses, `checkValues` refuses;
 * calendar days that do not exist are the one thing that a schema without formats lets through.
 */
export function parametersJsonSchema(parameters: readonly Parameter[]): JsonSchema {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    properties: Object.fromEntries(parameters.map((parameter) => [parameter.name, describeParameter(parameter)])),
    required: parameters.filter((parameter) => parameter.default === null && !parameter.nullable).map((parameter) => parameter.name),
    additionalProperties: false,
  };
}

function describeParameter(parameter: Parameter): JsonSchema {
  const schema = schemaOf(parameter);
  const description = [parameter.help, parameter.unit === undefined ? undefined : `Unit: ${parameter.unit}.`].filter((text) => text !== undefined).join(" ");
  return {
    title: parameter.label,
    ...(description ? { description } : {}),
    ...(parameter.nullable ? { anyOf: [schema, { type: "null" }] } : schema),
    ...(parameter.default === null && !parameter.nullable ? {} : { default: parameter.default }),
  };
}

function schemaOf(parameter: Parameter): JsonSchema {
  switch (parameter.type) {
    case "string": {
      const text = textSchema(Math.min(parameter.maxLength ?? limits.string, limits.string));
      return parameter.pattern === undefined
        ? text
        : { ...text, allOf: [{ type: "string", pattern: `^(?:${parameter.pattern.replace(/^\^/, "").replace(/(?<!\\)((?:\\\\)*)\$$/, "$1")})$` }] };
    }
    case "text":
      return textSchema(Math.min(parameter.maxLength ?? limits.text, limits.text));
    case "column":
      return textSchema(limits.string);
    case "integer":
      return integerSchema(parameter);
    case "number":
      return numberSchema(parameter);
    case "boolean":
      return { type: "boolean" };
    case "choice":
      return choiceSchema(parameter);
    case "choices":
      return { type: "array", items: { enum: parameter.choices.map((choice) => choice.value) }, uniqueItems: true };
    case "date":
      return {
        type: "string",
        format: "date",
        pattern: "^[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])$",
        ...(parameter.min === undefined ? {} : { formatMinimum: parameter.min }),
        ...(parameter.max === undefined ? {} : { formatMaximum: parameter.max }),
      };
    case "range":
      return {
        type: "array",
        items: { type: "number", minimum: parameter.min, maximum: parameter.max },
        minItems: 2,
        maxItems: 2,
        description: "The smaller number first.",
      };
    case "file":
      return fileSchema(parameter);
  }
}

function textSchema(maxLength: number): JsonSchema {
  return { type: "string", maxLength, pattern: textPattern };
}

function integerSchema({ min, max }: Extract<Parameter, { type: "integer" }>): JsonSchema {
  const [least, most] = [-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];
  const number = { type: "integer", minimum: Math.max(min ?? least, least), maximum: Math.min(max ?? most, most) };
  // JSON numbers end where doubles stop being exact; beyond, digits travel as text, in the directions that have no bound.
  const sign = max !== undefined ? "-" : min === undefined ? "-?" : "";
  if (min !== undefined && max !== undefined) return number;
  return { anyOf: [number, { type: "string", pattern: `^${sign}[1-9][0-9]{15,}$`, maxLength: limits.integerDigits }] };
}

function numberSchema({ min, max }: Extract<Parameter, { type: "number" }>): JsonSchema {
  const number = { type: "number", ...(min === undefined ? {} : { minimum: min }), ...(max === undefined ? {} : { maximum: max }) };
  const words = [
    ...(max === undefined ? ["Infinity"] : []),
    ...(min === undefined ? ["-Infinity"] : []),
    ...(min === undefined && max === undefined ? ["NaN"] : []),
  ];
  return words.length === 0 ? number : { anyOf: [number, { enum: words }] };
}

function choiceSchema(parameter: Extract<Parameter, { type: "choice" }>): JsonSchema {
  const known = { enum: parameter.choices.map((choice) => choice.value) };
  if (!parameter.allowOther) return known;
  const numbers = parameter.choices.every((choice) => typeof choice.value === "number");
  return { anyOf: [known, numbers ? { type: "number" } : textSchema(limits.string)] };
}

function fileSchema(parameter: Extract<Parameter, { type: "file" }>): JsonSchema {
  const upload = {
    type: "object",
    properties: { upload: { type: "string", pattern: "^up_[0-9a-hjkmnp-tv-z]{26}$" }, name: { type: "string", minLength: 1, maxLength: limits.fileName } },
    required: ["upload", "name"],
    additionalProperties: false,
  };
  return parameter.default === null ? upload : { anyOf: [{ const: parameter.default }, upload] };
}
