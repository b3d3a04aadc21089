/** What is read of a notebook's source, the same shapes for both languages. Offsets are UTF-16 units, lines 1-based. */
export type Token = {
  readonly kind: "name" | "number" | "string" | "operator" | "comment" | "newline" | "magic";
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly line: number;
};

export type SyntaxProblem = { readonly line: number; readonly message: string };
export type Tokens = { readonly tokens: readonly Token[]; readonly problem: SyntaxProblem | null };

/** A statement without its comments; `comment` is the one that ends its last line. */
export type Statement = {
  readonly tokens: readonly Token[];
  readonly comment: Token | null;
  /** Column of its first token: 0 stands at the top level in Python. */
  readonly indent: number;
  readonly line: number;
  readonly start: number;
  readonly end: number;
};

export type Assignment = { readonly name: string; readonly annotation: readonly Token[]; readonly value: readonly Token[] };

/** A literal, known without running anything. Numbers that JSON cannot hold are words or digits, as in `Parameter`. */
export type StaticValue =
  | { readonly kind: "null" }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "integer"; readonly value: number | string }
  | { readonly kind: "number"; readonly value: number | "Infinity" | "-Infinity" | "NaN" }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "date"; readonly value: string }
  | { readonly kind: "list"; readonly items: readonly StaticValue[] };

/** Python itself stops at 200; literals are read by recursion. */
export const maxNesting = 100;

/**
 * Splits tokens into statements: at newlines the tokenizer found significant, and at semicolons outside brackets.
 * A comment alone on its line belongs to no statement.
 */
export function splitStatements(source: string, tokens: readonly Token[]): readonly Statement[] {
  const statements: Statement[] = [];
  let current: Token[] = [];
  let comment: Token | null = null;
  let depth = 0;
  const finish = () => {
    const [first, last] = [current[0], current.at(-1)];
    if (first && last) {
      const indent = first.start - (source.lastIndexOf("\n", first.start - 1) + 1);
      const own = comment && comment.line >= lineOfEnd(last) ? comment : null;
      statements.push({ tokens: current, comment: own, indent, line: first.line, start: first.start, end: last.end });
    }
    current = [];
    comment = null;
  };
  for (const token of tokens) {
    if (token.kind === "newline") finish();
    else if (token.kind === "comment") comment = token;
    else if (token.kind === "operator" && token.text === ";" && depth === 0) finish();
    else {
      if (token.kind === "operator") depth += depthChange(token.text);
      current.push(token);
    }
  }
  finish();
  return statements;
}

function lineOfEnd(token: Token): number {
  return token.line + (token.text.split("\n").length - 1);
}

export function depthChange(operator: string): number {
  if (operator === "(" || operator === "[" || operator === "{") return 1;
  return operator === ")" || operator === "]" || operator === "}" ? -1 : 0;
}

export function isOperator(token: Token | undefined, text: string): boolean {
  return token?.kind === "operator" && token.text === text;
}

/** Splits at commas outside brackets; null where brackets do not match. An empty list of tokens has no parts. */
export function splitAtCommas(tokens: readonly Token[]): readonly (readonly Token[])[] | null {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (token.kind === "operator") depth += depthChange(token.text);
    if (depth < 0) return null;
    if (depth === 0 && isOperator(token, ",")) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  if (depth !== 0) return null;
  return parts.length === 1 && parts[0]?.length === 0 ? [] : parts;
}

/** The digits of an integer as a JSON number where that is exact, as text where it is not. */
export function integerValue(value: bigint): number | string {
  return value >= -BigInt(Number.MAX_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value.toString();
}

export function numberValue(value: number): number | "Infinity" | "-Infinity" | "NaN" {
  if (Number.isNaN(value)) return "NaN";
  if (value === Number.POSITIVE_INFINITY) return "Infinity";
  return value === Number.NEGATIVE_INFINITY ? "-Infinity" : value === 0 ? 0 : value;
}
