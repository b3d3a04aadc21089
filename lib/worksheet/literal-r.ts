import type { LiteralWriter } from "./literal.ts";

const largestInteger = 2_147_483_647n;

export const rWriter: LiteralWriter = {
  nothing: "NULL",
  boolean: (value) => (value ? "TRUE" : "FALSE"),
  string: writeString,
  integer: writeInteger,
  number: writeNumber,
  day: (value) => `as.Date(${writeString(value)})`,
  list: (items) => `c(${items.join(", ")})`,
  pair: (items) => `c(${items.join(", ")})`,
  wholeChoice: (value) => writeNumber(value),
};

/** Beyond 32 bits R has no integers; its doubles are exact to 2^53, and `checkValues` lets no more through. */
function writeInteger(digits: string): string {
  const value = BigInt(digits);
  return value >= -largestInteger && value <= largestInteger ? `${digits}L` : writeNumber(Number(digits));
}

function writeNumber(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "Inf" : "-Inf";
  if (Object.is(value, -0)) return "-0";
  const text = String(value);
  return readsExactly(value) ? text : writeHexadecimal(value);
}

/**
 * R's own reader of decimals works in extended precision and may be off by the last bit for long or
 * very large and small ones; those are written in hexadecimal, which is exact.
 */
function readsExactly(value: number): boolean {
  const size = Math.abs(value);
  if (Number.isSafeInteger(value) || size === 0) return true;
  return size >= 1e-5 && size < 1e15 && String(size).replace(/^0\.0*|\./, "").length <= 15;
}

function writeHexadecimal(value: number): string {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, Math.abs(value));
  const bits = view.getBigUint64(0);
  const exponent = Number(bits >> 52n);
  const fraction = (bits & ((1n << 52n) - 1n)).toString(16).padStart(13, "0");
  // Numbers below 2^-1022 have no leading one.
  const [whole, power] = exponent === 0 ? [0, -1022] : [1, exponent - 1023];
  return `${value < 0 ? "-" : ""}0x${whole}.${fraction}p${power < 0 ? "" : "+"}${power}`;
}

/** Only printable ASCII stands as it is: what R makes of other characters depends on the kernel's locale. */
function writeString(value: string): string {
  if (value.includes("\0") || !value.isWellFormed()) throw new RangeError("R's strings hold neither NUL nor half characters.");
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
  return code <= 0xffff ? `\\u{${code.toString(16)}}` : `\\U{${code.toString(16)}}`;
}
