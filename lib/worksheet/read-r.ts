import type { Assignment, Statement, StaticValue, Token } from "./source.ts";
import { depthChange, integerValue, isOperator, numberValue, splitAtCommas } from "./source.ts";

const reserved = new Set(
  "if else repeat while function for next break in TRUE FALSE NULL Inf NaN NA NA_integer_ NA_real_ NA_character_ NA_complex_ T F".split(" "),
);
const words: Readonly<Record<string, StaticValue>> = {
  NULL: { kind: "null" },
  NA: { kind: "null" },
  NA_character_: { kind: "null" },
  NA_integer_: { kind: "null" },
  NA_real_: { kind: "null" },
  TRUE: { kind: "boolean", value: true },
  T: { kind: "boolean", value: true },
  FALSE: { kind: "boolean", value: false },
  F: { kind: "boolean", value: false },
  Inf: { kind: "number", value: "Infinity" },
  NaN: { kind: "number", value: "NaN" },
};
const packageCalls = new Set(["library", "require", "requireNamespace", "loadNamespace"]);
const wrappers = new Set(["suppressPackageStartupMessages", "suppressWarnings", "suppressMessages", "invisible"]);

/** `name <- value` and `name = value`; null for every other statement. */
export function readRAssignment(statement: Statement): Assignment | null {
  const [name, arrow, ...value] = statement.tokens;
  if (name?.kind !== "name" || reserved.has(name.text)) return null;
  if (!isOperator(arrow, "<-") && !isOperator(arrow, "=")) return null;
  let depth = 0;
  for (const token of value) {
    if (token.kind === "operator") depth += depthChange(token.text);
    if (depth === 0 && ["<-", "=", "<<-", "->", "->>"].some((operator) => isOperator(token, operator))) return null;
  }
  return value.length > 0 ? { name: name.text.replaceAll("`", ""), annotation: [], value } : null;
}

/** The value of a literal; null for everything that would have to be computed. */
export function readRValue(tokens: readonly Token[]): StaticValue | null {
  const [first, second, third] = tokens;
  const last = tokens.at(-1);
  if (!first || !last) return null;
  if (tokens.length === 1) return readSingle(first);
  if ((isOperator(first, "-") || isOperator(first, "+")) && second && !isOperator(second, "-") && !isOperator(second, "+"))
    return signed(first.text, readRValue(tokens.slice(1)));
  if (!isOperator(last, ")")) return null;
  if (isOperator(first, "(")) return readRValue(tokens.slice(1, -1));
  if (first.text === "c" && isOperator(second, "(")) return readItems(tokens.slice(2, -1));
  if (first.text === "as.Date" && isOperator(second, "(") && tokens.length === 4 && third?.kind === "string") {
    const text = readString(third.text);
    return text === null ? null : { kind: "date", value: text };
  }
  return null;
}

function readSingle(token: Token): StaticValue | null {
  if (token.kind === "number") return readNumber(token.text);
  if (token.kind === "string") {
    const text = readString(token.text);
    return text === null ? null : { kind: "string", value: text };
  }
  return token.kind === "name" && Object.hasOwn(words, token.text) ? (words[token.text] ?? null) : null;
}

function readNumber(text: string): StaticValue | null {
  if (text.endsWith("i")) return null;
  const digits = text.endsWith("L") ? text.slice(0, -1) : text;
  if (/^0[xX].*[.pP]/.test(digits)) return null;
  const value = Number(digits);
  if (text.endsWith("L")) {
    // Beyond 32 bits R gives a warning and a double.
    return Number.isInteger(value) && value <= 2_147_483_647 ? { kind: "integer", value: integerValue(BigInt(value)) } : null;
  }
  return { kind: "number", value: numberValue(value) };
}

function signed(sign: string, value: StaticValue | null): StaticValue | null {
  if (value?.kind === "integer") return sign === "-" ? { kind: "integer", value: -Number(value.value) || 0 } : value;
  if (value?.kind === "number") return sign === "-" ? { kind: "number", value: numberValue(-Number(value.value)) } : value;
  return null;
}

function readItems(inner: readonly Token[]): StaticValue | null {
  const items: StaticValue[] = [];
  for (const part of splitAtCommas(inner) ?? [[]]) {
    const item = readRValue(part);
    // NULL vanishes in c(), and vectors inside it are flattened: neither is what was written.
    if (!item || item.kind === "null" || item.kind === "list") return null;
    items.push(item);
  }
  return { kind: "list", items };
}

const escapes: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  "\\": "\\",
  "'": "'",
  '"': '"',
  "`": "`",
  a: "\x07",
  b: "\b",
  f: "\f",
  v: "\v",
  " ": " ",
  "\n": "\n",
};

function readString(text: string): string | null {
  const raw = /^[rR]["'](-*)[([{]/.exec(text);
  if (raw) return text.slice(raw[0].length, -(raw[0].length - 1));
  const body = text.slice(1, -1);
  let known = true;
  const pattern =
    /\\(?:([0-7]{1,3})|x([0-9a-fA-F]{1,2})|u(?:\{([0-9a-fA-F]{1,4})\}|([0-9a-fA-F]{1,4}))|U(?:\{([0-9a-fA-F]{1,8})\}|([0-9a-fA-F]{1,8}))|([\s\S]))/g;
  const value = body.replaceAll(pattern, (_, octal, x, u, bareU, long, bareLong, character) => {
    const code = octal === undefined ? Number.parseInt(x ?? u ?? bareU ?? long ?? bareLong ?? "0", 16) : Number.parseInt(octal, 8);
    // \x80-\xff are bytes, whose meaning depends on the locale; NUL and surrogates are refused by R.
    const isByte = octal !== undefined || x !== undefined;
    if (character !== undefined) {
      if (escapes[character] === undefined) known = false;
      return escapes[character] ?? "";
    }
    if (code === 0 || code > 0x10ffff || (isByte && code > 0x7f) || (code >= 0xd800 && code <= 0xdfff)) known = false;
    return known ? String.fromCodePoint(code) : "";
  });
  return known ? value : null;
}

/** An empty list when the statement only loads packages; null when it does anything else. */
export function readRImport(statement: Statement): readonly string[] | null {
  return isPackageCall(statement.tokens) ? [] : null;
}

function isPackageCall(tokens: readonly Token[]): boolean {
  const [name, open] = tokens;
  if (name?.kind !== "name" || !isOperator(open, "(") || !isOperator(tokens.at(-1), ")")) return false;
  const inner = tokens.slice(2, -1);
  if (wrappers.has(name.text)) return isPackageCall(inner) || isBlockOfPackageCalls(inner);
  return (
    packageCalls.has(name.text) && inner.every((token) => token.kind === "name" || token.kind === "string" || isOperator(token, "=") || isOperator(token, ","))
  );
}

/** `{ library(a); library(b) }`, as tokens whose newlines were white space. */
function isBlockOfPackageCalls(tokens: readonly Token[]): boolean {
  if (!isOperator(tokens[0], "{") || !isOperator(tokens.at(-1), "}")) return false;
  let call: Token[] = [];
  for (const token of tokens.slice(1, -1)) {
    if (isOperator(token, ";")) continue;
    call.push(token);
    if (isOperator(token, ")") && isPackageCall(call)) call = [];
  }
  return call.length === 0;
}
