import { jsonEqual } from "#lib/json-equal.ts";

type Json = Readonly<Record<string, unknown>>;

/** `contested`: keys ("sheaf.title") where both sides say something else; the first side's word stands. */
export type MergedMetadata = { readonly value: Record<string, unknown>; readonly contested: readonly string[] };

/** Three-way, key by key and as deep as there are objects on both sides; lists such as tags are merged as sets. */
export function mergeMetadata(base: Json, one: Json, other: Json): MergedMetadata {
  const contested: string[] = [];
  const value = mergeObjects(base, one, other, "", contested);
  return { value, contested };
}

function mergeObjects(base: Json, one: Json, other: Json, path: string, contested: string[]): Record<string, unknown> {
  const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  const merged: [string, unknown][] = [];
  for (const key of keys) {
    const [b, a, c] = [own(base, key), own(one, key), own(other, key)];
    const value = mergeValues(b, a, c, path === "" ? key : `${path}.${key}`, contested);
    if (value !== undefined) merged.push([key, value]);
  }
  return Object.fromEntries(merged);
}

function mergeValues(base: unknown, one: unknown, other: unknown, path: string, contested: string[]): unknown {
  if (jsonEqual(one, other) || jsonEqual(other, base)) return one;
  if (jsonEqual(one, base)) return other;
  if (isObject(one) && isObject(other)) return mergeObjects(isObject(base) ? base : {}, one, other, path, contested);
  if (isList(one) && isList(other)) return mergeLists(isList(base) ? base : [], one, other);
  // What one side changed and the other removed is kept.
  if (one === undefined || other === undefined) return one ?? other;
  contested.push(path);
  return one;
}

/** Tags that either side added are there, those that either side removed are not; a list of objects keeps all. */
function mergeLists(base: readonly unknown[], one: readonly unknown[], other: readonly unknown[]): unknown[] {
  const has = (list: readonly unknown[], item: unknown) => list.some((each) => jsonEqual(each, item));
  const kept = one.filter((item) => has(other, item) || !has(base, item));
  return [...kept, ...other.filter((item) => !has(one, item) && !has(base, item))];
}

function own(object: Json, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}
