import type { LiteralWriter } from "./literal.ts";

export const pythonWriter: LiteralWriter = {
  nothing: "None",
  boolean: (value) => (value ? "True" : "False"),
  string: writeString,
  integer: (digits) => digits,
  number: writeNumber,
  // The author's import may have any name, so this one brings its own.
  day: (value) => `__import__("datetime").date.fromisoformat(${writeString(value)})`,
  list: (items) => `[${items.join(", ")}]`,
  pair: (items) => `(${items.join(", ")})`,
  wholeChoice: (value) => BigInt(value).toString(),
};

function writeNumber(value: number): string {
  if (Number.isNaN(value)) return 'float("nan")';
  if (!Number.isFinite(value)) return value > 0 ? 'float("inf")' : 'float("-inf")';
  const text = Object.is(value, -0) ? "-0" : String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** Only printable ASCII stands as it is, so that neither encoding, nor invisible characters, nor line ends matter. */
function writeString(value: string): string {
  let text = "";
  for (const character of value) text += writeCharacter(character);
  return `"${text}"`;
}

function writeCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (character === '"' || character === "\\") return `\\${character}`;
  if (code >= 0x20 && code < 0x7f) return character;
  if (character === "\n") return "\\n";
  if (character === "\t") return "\\t";
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, "0")}`;
  return code <= 0xffff ? `\\u${code.toString(16).padStart(4, "0")}` : `\\U${code.toString(16).padStart(8, "0")}`;
}
