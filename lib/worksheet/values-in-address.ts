import type { Parameter, Value, Values } from "#lib/domain/parameter.ts";
import type { Result } from "#lib/result.ts";
import type { ValuesContext } from "./check-value.ts";
import { rawFromText } from "./text-values.ts";
import { changedNames, checkValues } from "./values.ts";

/**
 * The changed values as a query ("pop=50&sites=a&sites=b"). "No value" and an empty list stand as "-name=".
 * Uploaded files are left out: an address is shared, an upload is not.
 */
export function queryFromValues(parameters: readonly Parameter[], values: Values): URLSearchParams {
  const query = new URLSearchParams();
  for (const name of changedNames(parameters, values)) {
    const texts = textsOf(values[name] ?? null);
    if (texts === null) continue;
    if (texts.length === 0) query.append(`-${name}`, "");
    for (const text of texts) query.append(name, text);
  }
  return query;
}

/** The values of an address. Names that belong to no parameter are others' business and ignored; bad values are failures. */
export function valuesFromQuery(parameters: readonly Parameter[], query: URLSearchParams, context: ValuesContext = {}): Result<Values> {
  const raw: [string, unknown][] = [];
  for (const parameter of parameters) {
    const texts = query.getAll(parameter.name);
    if (query.has(`-${parameter.name}`)) raw.push([parameter.name, parameter.type === "choices" ? [] : null]);
    else if (texts.length > 0) raw.push([parameter.name, isText(parameter) ? texts.at(-1) : rawFromText(parameter, texts)]);
  }
  return checkValues(parameters, Object.fromEntries(raw), context);
}

/** In an address an empty text is an empty text; in a form it may mean "no value". */
function isText(parameter: Parameter): boolean {
  return parameter.type === "string" || parameter.type === "text" || parameter.type === "column";
}

function textsOf(value: Value): readonly string[] | null {
  if (value === null) return [];
  if (Array.isArray(value)) return value.map(String);
  return typeof value === "object" ? null : [String(value)];
}
