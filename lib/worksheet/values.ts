import { z } from "zod";
import { canonicalJson } from "#lib/canonical-json.ts";
import type { Parameter, Value, Values } from "#lib/domain/parameter.ts";
import type { Result } from "#lib/result.ts";
import { fail, ok } from "#lib/result.ts";
import type { ValuesContext } from "./check-value.ts";
import { checkValue } from "./check-value.ts";
import { rawFromText } from "./text-values.ts";

export type { ValuesContext } from "./check-value.ts";

/** The values of a run in which nothing was changed. A file or column that must be given is null. */
export function defaultValues(parameters: readonly Parameter[]): Values {
  return Object.fromEntries(parameters.map((parameter) => [parameter.name, parameter.default]));
}

/**
 * The one schema of a worksheet's values, for the form, the API and the address. What is not given takes its default;
 * what is not known is refused. Issues carry the parameter's name as their path.
 */
export function valuesSchema(parameters: readonly Parameter[], context: ValuesContext = {}) {
  const known = new Set(parameters.map((parameter) => parameter.name));
  return z.record(z.string(), z.unknown(), "Values must be an object: parameter name → value.").transform((raw, check): Values => {
    for (const name of Object.keys(raw))
      if (!known.has(name)) check.addIssue({ code: "custom", path: [name], message: `There is no parameter called "${name.slice(0, 100)}".` });
    const values: [string, Value][] = [];
    for (const parameter of parameters) {
      const given = Object.hasOwn(raw, parameter.name) ? raw[parameter.name] : undefined;
      const checked = checkValue(parameter, given === undefined ? parameter.default : given, context);
      if ("value" in checked) values.push([parameter.name, checked.value]);
      else check.addIssue({ code: "custom", path: [parameter.name], message: checked.problem });
    }
    return Object.fromEntries(values);
  });
}

/** Failure "invalid" with `fields`: parameter name → a plain sentence. */
export function checkValues(parameters: readonly Parameter[], raw: unknown, context: ValuesContext = {}): Result<Values> {
  const parsed = valuesSchema(parameters, context).safeParse(raw);
  if (parsed.success) return ok(parsed.data);
  const fields: Record<string, string> = {};
  for (const issue of parsed.error.issues) {
    const name = String(issue.path[0] ?? "");
    if (name !== "" && !Object.hasOwn(fields, name)) fields[name] = issue.message;
  }
  const [only, ...more] = parsed.error.issues;
  return fail("invalid", only && more.length === 0 ? only.message : "Some values cannot be used.", { fields });
}

/** Names of the parameters whose value is not the default, in the worksheet's order. */
export function changedNames(parameters: readonly Parameter[], values: Values): readonly string[] {
  return parameters
    .filter((parameter) => Object.hasOwn(values, parameter.name) && canonicalJson(values[parameter.name]) !== canonicalJson(parameter.default))
    .map((parameter) => parameter.name);
}

/**
 * Values as a plain form sends them, all text. An empty field is "no value" where that is allowed; of several texts for
 * one single value the last counts, so that a hidden "false" may stand before a checkbox. A field not sent keeps its default.
 */
export function valuesFromText(
  parameters: readonly Parameter[],
  text: Readonly<Record<string, string | readonly string[]>>,
  context: ValuesContext = {},
): Result<Values> {
  const byName = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  const raw = Object.entries(text).map(([name, given]): [string, unknown] => {
    const parameter = byName.get(name);
    return [name, parameter ? rawFromText(parameter, typeof given === "string" ? [given] : given) : given];
  });
  return checkValues(parameters, Object.fromEntries(raw), context);
}
