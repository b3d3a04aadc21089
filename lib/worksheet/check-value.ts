import { isId } from "#lib/domain/ids.ts";
import type { Parameter, Value } from "#lib/domain/parameter.ts";
import type { Language } from "#lib/domain/worksheet.ts";
import { isDay } from "./dates.ts";
import { matchesPattern } from "./pattern.ts";
import { integerValue, numberValue } from "./source.ts";

/** What only the caller knows: the notebook's language, and the columns found in the files given. */
export type ValuesContext = {
  readonly language?: Language;
  /** Name of a column parameter → the columns its file has. */
  readonly columns?: Readonly<Record<string, readonly string[]>>;
};

export type Checked = { readonly value: Value } | { readonly problem: string };

/** Bounds of all texts, whatever the author says. */
export const limits = { string: 1000, text: 100_000, integerDigits: 1000, fileName: 255 } as const;

type Check<P extends Parameter> = (parameter: P, raw: unknown, context: ValuesContext) => Checked;

/** The value a client sent for one parameter, in its one accepted form, or a sentence that says what is wrong with it. */
export function checkValue(parameter: Parameter, raw: unknown, context: ValuesContext = {}): Checked {
  if (raw === null) return parameter.nullable ? { value: null } : wrong(parameter, "is needed");
  const check = checks[parameter.type] as Check<Parameter>;
  return check(parameter, raw, context);
}

const checks: { readonly [T in Parameter["type"]]: Check<Extract<Parameter, { type: T }>> } = {
  string: (parameter, raw) => {
    const checked = checkText(parameter, raw, Math.min(parameter.maxLength ?? limits.string, limits.string));
    if ("problem" in checked || parameter.pattern === undefined || matchesPattern(parameter.pattern, String(raw))) return checked;
    return wrong(parameter, "does not have the right form");
  },
  text: (parameter, raw) => checkText(parameter, raw, Math.min(parameter.maxLength ?? limits.text, limits.text)),
  integer: checkInteger,
  number: checkNumber,
  boolean: (parameter, raw) => (typeof raw === "boolean" ? { value: raw } : wrong(parameter, "must be true or false")),
  choice: (parameter, raw) => {
    const choice = parameter.choices.find((candidate) => candidate.value === raw);
    if (choice) return { value: choice.value };
    if (!parameter.allowOther) return wrong(parameter, `must be one of its choices: ${listOf(parameter.choices.map((candidate) => candidate.label))}`);
    const numbers = parameter.choices.every((candidate) => typeof candidate.value === "number");
    if (!numbers) return checkText(parameter, raw, limits.string);
    return typeof raw === "number" && Number.isFinite(raw) ? { value: raw === 0 ? 0 : raw } : wrong(parameter, "must be a number");
  },
  choices: (parameter, raw) => {
    if (!Array.isArray(raw) || new Set(raw).size !== raw.length) return wrong(parameter, "must be a list of its choices, each at most once");
    const chosen = parameter.choices.map((choice) => choice.value).filter((value) => raw.includes(value));
    return chosen.length === raw.length
      ? { value: chosen }
      : wrong(parameter, `may only hold its choices: ${listOf(parameter.choices.map((choice) => choice.label))}`);
  },
  date: (parameter, raw) => {
    if (typeof raw !== "string" || !isDay(raw)) return wrong(parameter, "must be a day such as 2024-02-29");
    if (parameter.min !== undefined && raw < parameter.min) return wrong(parameter, `must not be before ${parameter.min}`);
    return parameter.max !== undefined && raw > parameter.max ? wrong(parameter, `must not be after ${parameter.max}`) : { value: raw };
  },
  range: (parameter, raw) => {
    const [low, high] = Array.isArray(raw) && raw.length === 2 ? (raw as unknown[]) : [];
    if (typeof low !== "number" || typeof high !== "number" || !Number.isFinite(low) || !Number.isFinite(high)) return wrong(parameter, "must be two numbers");
    if (low > high) return wrong(parameter, "must have the smaller number first");
    return low < parameter.min || high > parameter.max
      ? wrong(parameter, `must lie between ${parameter.min} and ${parameter.max}`)
      : { value: [low === 0 ? 0 : low, high === 0 ? 0 : high] };
  },
  file: checkFile,
  column: (parameter, raw, context) => {
    const checked = checkText(parameter, raw, limits.string);
    const columns = context.columns && Object.hasOwn(context.columns, parameter.name) ? context.columns[parameter.name] : undefined;
    if ("problem" in checked || !columns || columns.includes(String(raw))) return checked;
    return wrong(parameter, `must be a column of the file: ${listOf(columns)}`);
  },
};

function checkText(parameter: Parameter, raw: unknown, maxLength: number): Checked {
  if (typeof raw !== "string") return wrong(parameter, "must be text");
  // Neither R's strings nor the database's JSON hold these.
  if (raw.includes("\0")) return wrong(parameter, "must not contain the character NUL");
  if (!raw.isWellFormed()) return wrong(parameter, "contains half a character, which is no text");
  if (raw.length > maxLength && [...raw].length > maxLength) return wrong(parameter, `must be at most ${maxLength} characters long`);
  return { value: raw };
}

function checkInteger(parameter: Extract<Parameter, { type: "integer" }>, raw: unknown, context: ValuesContext): Checked {
  if (typeof raw === "string" && raw.length <= limits.integerDigits && /^-?[1-9][0-9]{15,}$/.test(raw)) return withinBounds(parameter, BigInt(raw), context);
  if (typeof raw === "number" && Number.isSafeInteger(raw)) return withinBounds(parameter, BigInt(raw), context);
  if (typeof raw === "number" && Number.isInteger(raw)) return wrong(parameter, "is too large for a JSON number: send it as text, digit by digit");
  return wrong(parameter, "must be a whole number");
}

function withinBounds(parameter: Extract<Parameter, { type: "integer" }>, integer: bigint, context: ValuesContext): Checked {
  // BigInt and number compare exactly.
  if (parameter.min !== undefined && integer < parameter.min) return wrong(parameter, `must be at least ${parameter.min}`);
  if (parameter.max !== undefined && integer > parameter.max) return wrong(parameter, `must be at most ${parameter.max}`);
  const value = integerValue(integer);
  if (context.language === "r" && typeof value === "string") return wrong(parameter, "has more digits than R's numbers hold");
  return { value };
}

function checkNumber(parameter: Extract<Parameter, { type: "number" }>, raw: unknown): Checked {
  const isWord = raw === "Infinity" || raw === "-Infinity" || raw === "NaN";
  if (!isWord && (typeof raw !== "number" || !Number.isFinite(raw))) return wrong(parameter, "must be a number");
  const number = Number(raw);
  if (parameter.min !== undefined && !(number >= parameter.min)) return wrong(parameter, `must be at least ${parameter.min}`);
  if (parameter.max !== undefined && !(number <= parameter.max)) return wrong(parameter, `must be at most ${parameter.max}`);
  return { value: numberValue(number) };
}

/** A client names either an upload of its own or the author's default: never another path of the repository. */
function checkFile(parameter: Extract<Parameter, { type: "file" }>, raw: unknown): Checked {
  if (typeof raw === "string") return raw === parameter.default ? { value: raw } : wrong(parameter, "must be an uploaded file");
  if (typeof raw !== "object" || raw === null || Object.keys(raw).length !== 2) return wrong(parameter, "must be an uploaded file");
  const { upload, name } = raw as { upload?: unknown; name?: unknown };
  if (typeof upload !== "string" || !isId("upload", upload)) return wrong(parameter, "must be an uploaded file");
  if (typeof name !== "string" || !isFileName(name)) return wrong(parameter, "has a file name that cannot be used");
  const fits = parameter.accept.length === 0 || parameter.accept.some((ending) => name.toLowerCase().endsWith(ending));
  return fits ? { value: { upload, name } } : wrong(parameter, `must be a file of this kind: ${listOf(parameter.accept)}`);
}

function isFileName(name: string): boolean {
  return name.length > 0 && name.length <= limits.fileName && name.isWellFormed() && name !== "." && name !== ".." && !/[/\\\p{Cc}]/u.test(name);
}

function listOf(words: readonly string[]): string {
  const shown = words.slice(0, 10).join(", ");
  return words.length > 10 ? `${shown} and ${words.length - 10} more` : shown;
}

function wrong(parameter: Parameter, what: string): { readonly problem: string } {
  return { problem: `${parameter.label} ${what}.` };
}
