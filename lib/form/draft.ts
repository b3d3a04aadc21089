import { canonicalJson } from "#lib/canonical-json.ts";
import type { Parameter, Value, Values } from "#lib/domain/parameter.ts";
import { rawFromText } from "#lib/worksheet/text-values.ts";

/**
 * What stands in the form, as typed: texts (several for several choices and ranges), null for "no value", or an uploaded file.
 * It may well be wrong; `rawFromDraft` and `checkValues` say so.
 */
export type Entry = readonly string[] | null | Upload;
export type Upload = { readonly upload: string; readonly name: string };
export type Draft = Readonly<Record<string, Entry>>;

export function isUpload(entry: Entry): entry is Upload {
  return entry !== null && "upload" in entry;
}

export function entryFromValue(value: Value): Entry {
  if (value === null) return null;
  if (Array.isArray(value)) return value.map(String);
  return typeof value === "object" ? (value as Upload) : [String(value)];
}

export function defaultDraft(parameters: readonly Parameter[]): Draft {
  return Object.fromEntries(parameters.map((parameter) => [parameter.name, entryFromValue(parameter.default)]));
}

/** The value an entry stands for, not yet checked. */
export function rawOf(parameter: Parameter, entry: Entry): unknown {
  if (entry === null || isUpload(entry)) return entry;
  if (parameter.type === "string" || parameter.type === "text" || parameter.type === "column") return entry.at(-1) ?? "";
  if (parameter.type === "choices" && entry.length === 0) return [];
  return rawFromText(parameter, entry);
}

export function rawFromDraft(parameters: readonly Parameter[], draft: Draft): Record<string, unknown> {
  return Object.fromEntries(parameters.map((parameter) => [parameter.name, rawOf(parameter, draft[parameter.name] ?? null)]));
}

export function isChanged(parameter: Parameter, entry: Entry): boolean {
  const raw = rawOf(parameter, entry);
  return canonicalJson(raw === undefined ? null : raw) !== canonicalJson(parameter.default);
}

/** Changed entries as they were typed, so that a reload or a shared link brings back even what is wrong. Uploads are not for sharing. */
export function queryFromDraft(parameters: readonly Parameter[], draft: Draft): URLSearchParams {
  const query = new URLSearchParams();
  for (const parameter of parameters) {
    const entry = draft[parameter.name] ?? null;
    if (!isChanged(parameter, entry)) continue;
    if (entry === null || (!isUpload(entry) && entry.length === 0)) query.append(`-${parameter.name}`, "");
    else if (!isUpload(entry)) for (const text of entry) query.append(parameter.name, text);
  }
  return query;
}

/** Null where the address says nothing about the worksheet's values. */
export function draftFromQuery(parameters: readonly Parameter[], query: URLSearchParams): Draft | null {
  const found: [string, Entry][] = [];
  for (const parameter of parameters) {
    if (query.has(`-${parameter.name}`)) found.push([parameter.name, parameter.type === "choices" ? [] : null]);
    else if (query.has(parameter.name)) found.push([parameter.name, query.getAll(parameter.name)]);
  }
  return found.length > 0 ? Object.fromEntries(found) : null;
}

/** The name under which an address says which run is shown; a parameter may be called "run" too. */
export function runKey(parameters: readonly Parameter[]): string {
  return parameters.some((parameter) => parameter.name === "run") ? "run-id" : "run";
}

/** The default in words: "was 50". */
export function describeDefault(parameter: Parameter): string {
  const value: Value = parameter.default;
  if (value === null || value === "") return "empty";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (parameter.type === "choice") return parameter.choices.find((choice) => choice.value === value)?.label ?? String(value);
  if (parameter.type === "choices")
    return parameter.default.map((one) => parameter.choices.find((choice) => choice.value === one)?.label ?? String(one)).join(", ") || "none";
  if (parameter.type === "range") return `${parameter.default[0]} to ${parameter.default[1]}`;
  if (parameter.type === "file") return (parameter.default ?? "").split("/").at(-1) ?? "";
  return `${value}`;
}

/** A value of a run in words, for its record. */
export function describeValue(parameter: Parameter | undefined, value: Value): string {
  if (value === null) return "no value";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "object" && "upload" in value) return value.name;
  const one = (scalar: unknown): string => {
    const choices = parameter?.type === "choice" || parameter?.type === "choices" ? parameter.choices : [];
    return choices.find((choice) => choice.value === scalar)?.label ?? String(scalar);
  };
  if (Array.isArray(value)) return parameter?.type === "range" ? value.join(" to ") : value.map(one).join(", ") || "none";
  return `${one(value)}${parameter?.unit ? ` ${parameter.unit}` : ""}`;
}

/** Group title → its parameters, in the worksheet's order; Advanced ones apart. */
export function groupParameters(parameters: readonly Parameter[]): { readonly groups: readonly ParameterGroup[]; readonly advanced: readonly Parameter[] } {
  const groups = new Map<string, Parameter[]>();
  for (const parameter of parameters) {
    if (parameter.advanced) continue;
    const title = parameter.group ?? "";
    groups.set(title, [...(groups.get(title) ?? []), parameter]);
  }
  return { groups: [...groups].map(([title, members]) => ({ title, members })), advanced: parameters.filter((parameter) => parameter.advanced) };
}
export type ParameterGroup = { readonly title: string; readonly members: readonly Parameter[] };

/** The form as it stood when a run was asked for. */
export function draftFromValues(values: Values): Draft {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, entryFromValue(value)]));
}
