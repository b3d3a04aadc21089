import { readLiteral } from "./language.ts";
import type { ParameterSpec } from "./sheaf-metadata.ts";

const simple: Readonly<Record<string, ParameterSpec>> = {
  int: { type: "integer" },
  integer: { type: "integer" },
  float: { type: "number" },
  double: { type: "number" },
  numeric: { type: "number" },
  number: { type: "number" },
  str: { type: "string" },
  string: { type: "string" },
  character: { type: "string" },
  bool: { type: "boolean" },
  boolean: { type: "boolean" },
  logical: { type: "boolean" },
  date: { type: "date" },
  "datetime.date": { type: "date" },
  None: { nullable: true },
  NoneType: { nullable: true },
};

/** What a type annotation says ("Optional[int]", "Literal['a', 'b']", R's "integer"); null where it is not understood. */
export function readAnnotation(annotation: string): ParameterSpec | null {
  return readType(annotation.trim(), 0);
}

function readType(text: string, depth: number): ParameterSpec | null {
  // Deeper types than Optional[List[Literal[...]]] describe no parameter.
  if (depth > 4) return null;
  const quoted = /^(["'])(.*)\1$/s.exec(text);
  if (quoted) return readType((quoted[2] ?? "").trim(), depth + 1);
  if (Object.hasOwn(simple, text)) return simple[text] ?? null;
  if (text === "Date") return { type: "date" };
  const alternative = /^None\s*\|\s*(.+)$/s.exec(text)?.[1] ?? /^(.+?)\s*\|\s*None$/s.exec(text)?.[1];
  if (alternative !== undefined) return optional(alternative, depth);
  const generic = /^(?:typing\.|t\.)?([A-Za-z]+)\[(.*)\]$/s.exec(text);
  if (!generic) return null;
  const [, name = "", inner = ""] = generic;
  if (name === "Optional") return optional(inner, depth);
  if (name === "Union") {
    const one = /^(.+?)\s*,\s*None$/s.exec(inner.trim())?.[1];
    return one === undefined ? null : optional(one, depth);
  }
  if (name === "Literal") return readLiteralType(inner);
  if (name.toLowerCase() === "list" || name === "Sequence") {
    const item = readType(inner.trim(), depth + 1);
    return item?.choices ? { ...item, type: "choices" } : {};
  }
  return null;
}

function optional(inner: string, depth: number): ParameterSpec | null {
  const spec = readType(inner.trim(), depth + 1);
  return spec && { ...spec, nullable: true };
}

function readLiteralType(inner: string): ParameterSpec | null {
  const list = readLiteral("python", `[${inner}]`);
  if (list?.kind !== "list" || list.items.length === 0) return null;
  const choices: (string | number | boolean)[] = [];
  let nullable = false;
  for (const item of list.items) {
    if (item.kind === "null") nullable = true;
    else if (item.kind === "string" || item.kind === "boolean" || (item.kind === "integer" && typeof item.value === "number")) choices.push(item.value);
    else return null;
  }
  return choices.length === 0 ? null : { type: "choice", choices, ...(nullable ? { nullable } : {}) };
}
