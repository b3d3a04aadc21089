import type { Assignment, Statement, StaticValue, Token } from "./source.ts";
import { integerValue, isOperator, numberValue, splitAtCommas } from "./source.ts";

const keywords = new Set(
  "False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield".split(
    " ",
  ),
);
const words: Readonly<Record<string, StaticValue>> = {
  None: { kind: "null" },
  True: { kind: "boolean", value: true },
  False: { kind: "boolean", value: false },
};
/** Ways to write what Python has no literal for; each is taken as one. */
const spellings: readonly [RegExp, StaticValue["kind"]][] = [
  [/^(?:math|np|numpy)\.(?:inf|Inf|nan|NaN)$/, "number"],
  [/^(?:datetime\.)?date\.fromisoformat$/, "date"],
  [/^(?:datetime\.)?date$/, "date"],
];

/** `name = value` and `name: annotation = value`; null for every other statement. */
export function readPythonAssignment(statement: Statement): Assignment | null {
  const [name, next, ...rest] = statement.tokens;
  if (name?.kind !== "name" || keywords.has(name.text)) return null;
  if (isOperator(next, "=")) return withoutChain({ name: name.text, annotation: [], value: rest });
  if (!isOperator(next, ":")) return null;
  const equals = rest.findIndex((token) => isOperator(token, "="));
  return equals > 0 ? withoutChain({ name: name.text, annotation: rest.slice(0, equals), value: rest.slice(equals + 1) }) : null;
}

/** `a = b = 1` names two variables: not one parameter. */
function withoutChain(assignment: Assignment): Assignment | null {
  let depth = 0;
  for (const token of assignment.value) {
    if (isOperator(token, "(") || isOperator(token, "[") || isOperator(token, "{")) depth++;
    if (isOperator(token, ")") || isOperator(token, "]") || isOperator(token, "}")) depth--;
    if (depth === 0 && isOperator(token, "=")) return null;
  }
  return assignment.value.length > 0 ? assignment : null;
}

/** The value of a literal; null for everything that would have to be computed. */
export function readPythonValue(tokens: readonly Token[]): StaticValue | null {
  const [first, second] = tokens;
  const last = tokens.at(-1);
  if (!first || !last) return null;
  if (tokens.every((token) => token.kind === "string")) return joinStrings(tokens);
  if (tokens.length === 1) return readSingle(first);
  if ((isOperator(first, "-") || isOperator(first, "+")) && second && !isOperator(second, "-") && !isOperator(second, "+"))
    return signed(first.text, readPythonValue(tokens.slice(1)));
  if (isOperator(first, "[") && isOperator(last, "]")) return readItems(tokens.slice(1, -1));
  if (isOperator(first, "(") && isOperator(last, ")")) return readParenthesised(tokens.slice(1, -1));
  // Commas between items make a tuple, those within a call do not.
  return readSpelling(tokens) ?? ((splitAtCommas(tokens)?.length ?? 0) > 1 ? readItems(tokens) : null);
}

function readSingle(token: Token): StaticValue | null {
  if (token.kind === "number") return readNumber(token.text.replaceAll("_", ""));
  return token.kind === "name" && Object.hasOwn(words, token.text) ? (words[token.text] ?? null) : null;
}

function readNumber(text: string): StaticValue | null {
  if (/[jJ]$/.test(text) && !/^0[xX]/.test(text)) return null;
  if (/^0[xXoObB]/.test(text)) return { kind: "integer", value: integerValue(BigInt(text.toLowerCase())) };
  // Python refuses leading zeros in integers other than zero.
  if (/^[0-9]+$/.test(text)) return /^0+[1-9]/.test(text) ? null : { kind: "integer", value: integerValue(BigInt(text)) };
  return { kind: "number", value: numberValue(Number(text)) };
}

function signed(sign: string, value: StaticValue | null): StaticValue | null {
  if (value?.kind === "integer") return sign === "-" ? { kind: "integer", value: integerValue(-BigInt(value.value)) } : value;
  if (value?.kind === "number") return sign === "-" ? { kind: "number", value: numberValue(-Number(value.value)) } : value;
  return null;
}

function readParenthesised(inner: readonly Token[]): StaticValue | null {
  const parts = splitAtCommas(inner);
  if (!parts) return null;
  return parts.length === 1 && parts[0] ? readPythonValue(parts[0]) : readItems(inner);
}

function readItems(inner: readonly Token[]): StaticValue | null {
  const parts = splitAtCommas(inner);
  if (!parts) return null;
  const items: StaticValue[] = [];
  for (const [place, part] of parts.entries()) {
    if (part.length === 0 && place > 0 && place === parts.length - 1) continue;
    const item = readPythonValue(part);
    if (!item) return null;
    items.push(item);
  }
  return { kind: "list", items };
}

function readSpelling(tokens: readonly Token[]): StaticValue | null {
  const open = tokens.findIndex((token) => isOperator(token, "("));
  const path = (open < 0 ? tokens : tokens.slice(0, open)).map((token) => token.text).join("");
  if (open < 0) {
    if (!spellings[0]?.[0].test(path)) return null;
    return { kind: "number", value: /inf$/i.test(path) ? "Infinity" : "NaN" };
  }
  if (!isOperator(tokens.at(-1), ")")) return null;
  const given = readParenthesisedItems(tokens.slice(open + 1, -1));
  if (path === "float") return readFloatCall(given);
  return spellings.some(([pattern, kind]) => kind === "date" && pattern.test(path)) ? readDateCall(given) : null;
}

function readParenthesisedItems(inner: readonly Token[]): readonly StaticValue[] {
  const list = readItems(inner);
  return list?.kind === "list" ? list.items : [];
}

function readFloatCall(given: readonly StaticValue[]): StaticValue | null {
  const text = given.length === 1 && given[0]?.kind === "string" ? given[0].value.trim().toLowerCase() : "";
  const match = /^([+-]?)(inf|infinity|nan)$/.exec(text);
  if (!match) return null;
  return { kind: "number", value: match[2] === "nan" ? "NaN" : match[1] === "-" ? "-Infinity" : "Infinity" };
}

function readDateCall(given: readonly StaticValue[]): StaticValue | null {
  const [first] = given;
  if (given.length === 1 && first?.kind === "string") return { kind: "date", value: first.value };
  const numbers = given.map((item) => (item.kind === "integer" ? String(item.value) : null));
  if (numbers.length !== 3 || numbers.includes(null)) return null;
  const [year, month, day] = numbers;
  return { kind: "date", value: `${year?.padStart(4, "0")}-${month?.padStart(2, "0")}-${day?.padStart(2, "0")}` };
}

function joinStrings(tokens: readonly Token[]): StaticValue | null {
  let joined = "";
  for (const token of tokens) {
    const text = readString(token.text);
    if (text === null) return null;
    joined += text;
  }
  return { kind: "string", value: joined };
}

const escapes: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", "\\": "\\", "'": "'", '"': '"', a: "\x07", b: "\b", f: "\f", v: "\v", "\n": "" };

function readString(text: string): string | null {
  const match = /^([a-zA-Z]*)("""|'''|"|')/.exec(text);
  if (!match) return null;
  const prefix = (match[1] ?? "").toLowerCase();
  const quote = match[2] ?? "";
  const body = text.slice(match[0].length, -quote.length).replaceAll(/\r\n?/g, "\n");
  if (prefix.includes("b")) return null;
  // An f-string without fields is its own text; doubled braces stand for one.
  if (prefix.includes("f") && /[{}]/.test(body)) return null;
  return prefix.includes("r") ? body : readEscapes(body);
}

function readEscapes(body: string): string | null {
  let known = true;
  const text = body.replaceAll(/\\(?:([0-7]{1,3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([\s\S]))/g, (whole, octal, x, u, long, character) => {
    if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
    const code = Number.parseInt(x ?? u ?? long ?? "0", 16);
    if (character === undefined && code <= 0x10ffff) return String.fromCodePoint(code);
    // \N{name} needs Python's own table; a cut \x or \u is an error there.
    if (character === undefined || "Nxu".includes(character) || character === "U") known = false;
    return escapes[character] ?? whole;
  });
  return known ? text : null;
}

/** Names that the statement binds when it is nothing but an import; null when it does anything else. */
export function readPythonImport(statement: Statement): readonly string[] | null {
  const [first] = statement.tokens;
  if (first?.kind === "magic") return /^%matplotlib(\s+\w+)?\s*$/.test(first.text) && statement.tokens.length === 1 ? [] : null;
  if (first?.kind !== "name" || (first.text !== "import" && first.text !== "from")) return null;
  const allowed = statement.tokens.every(
    (token) => token.kind === "name" || (token.kind === "operator" && [".", "...", ",", "(", ")", "*"].includes(token.text)),
  );
  if (!allowed) return null;
  return statement.tokens.filter((token) => token.kind === "name").map((token) => token.text);
}
