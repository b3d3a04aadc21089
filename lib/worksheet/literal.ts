import type { Parameter, Value } from "#lib/domain/parameter.ts";
import type { Language } from "#lib/domain/worksheet.ts";
import { pythonWriter } from "./literal-python.ts";
import { rWriter } from "./literal-r.ts";

/** How a language writes each kind of value. Every text it gives is one expression on one line. */
export type LiteralWriter = {
  readonly nothing: string;
  readonly boolean: (value: boolean) => string;
  readonly string: (value: string) => string;
  /** Digits, as many as there are. */
  readonly integer: (digits: string) => string;
  readonly number: (value: number) => string;
  /** A day as the language's own date. */
  readonly day: (value: string) => string;
  readonly list: (items: readonly string[]) => string;
  readonly pair: (items: readonly string[]) => string;
  /** A whole number among choices: an integer in Python, a plain number in R. */
  readonly wholeChoice: (value: number) => string;
};

const writers = { python: pythonWriter, r: rWriter } as const satisfies Record<Language, LiteralWriter>;

/**
 * A checked value as source text of the kernel's language. `file` is where the file of a file parameter stands,
 * as the kernel sees it. Throws on values that `checkValues` refuses: those never get here.
 */
export function literal(language: Language, parameter: Parameter, value: Value, file?: string): string {
  const write = writers[language];
  if (parameter.type === "file" && file !== undefined) return write.string(file);
  if (value === null) return write.nothing;
  switch (parameter.type) {
    case "string":
    case "text":
    case "column":
    case "file":
      return write.string(expectText(parameter, value));
    case "date":
      return parameter.writtenAs === "date" ? write.day(expectText(parameter, value)) : write.string(expectText(parameter, value));
    case "boolean":
      return write.boolean(value === true);
    case "integer":
      return write.integer(BigInt(value as number | string).toString());
    case "number":
      return write.number(Number(value));
    case "choice":
      return writeScalar(write, parameter, value);
    case "choices":
      return write.list((value as readonly Value[]).map((item) => writeScalar(write, parameter, item)));
    case "range": {
      // Whole bounds and steps mean whole numbers, as the form offers them.
      const whole = [parameter.min, parameter.max, parameter.step ?? 0.5, ...parameter.default].every(Number.isInteger);
      return write.pair((value as readonly number[]).map((item) => (whole && Number.isInteger(item) ? write.wholeChoice(item) : write.number(item))));
    }
  }
}

function writeScalar(write: LiteralWriter, parameter: Extract<Parameter, { type: "choice" | "choices" }>, value: Value): string {
  if (typeof value === "boolean") return write.boolean(value);
  if (typeof value === "string") return write.string(value);
  if (typeof value !== "number") throw new TypeError(`No scalar for ${parameter.name}.`);
  // JSON does not tell 1 from 1.0: choices with any fraction among them are all fractions.
  const whole = parameter.choices.every((choice) => typeof choice.value !== "number" || Number.isSafeInteger(choice.value));
  return whole && Number.isSafeInteger(value) ? write.wholeChoice(value) : write.number(value);
}

function expectText(parameter: Parameter, value: Value): string {
  if (typeof value === "string") return value;
  throw new TypeError(`No text for ${parameter.name}.`);
}
