import type { SyntaxProblem, Token, Tokens } from "./source.ts";
import { maxNesting } from "./source.ts";

const namePattern = /[\p{XID_Start}_][\p{XID_Continue}]*/uy;
const numberPattern =
  /0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:[0-9](?:_?[0-9])*)?\.?(?:[0-9](?:_?[0-9])*)?(?:[eE][+-]?[0-9](?:_?[0-9])*)?[jJ]?/y;
const operatorPattern = /\*\*=|\/\/=|>>=|<<=|\.\.\.|!=|->|:=|[-+*/%@&|^=<>]=|\*\*|\/\/|<<|>>|[-+*/%@&|^~<>()[\]{},:;.=!?$]/y;
const stringStart = /(?:[rR][bBfF]?|[bBfF][rR]?|[uU])?("""|'''|"|')/y;
const pairs: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };

type Reader = { readonly source: string; at: number; line: number; readonly tokens: Token[]; readonly brackets: { text: string; line: number }[] };

/** Python's tokens as far as statements and literals need them; IPython's magics and shell lines are one token each. */
export function tokenizePython(source: string): Tokens {
  const reader: Reader = { source, at: 0, line: 1, tokens: [], brackets: [] };
  while (reader.at < source.length) {
    const problem = readToken(reader);
    if (problem) return { tokens: reader.tokens, problem };
  }
  const open = reader.brackets.at(-1);
  return { tokens: reader.tokens, problem: open ? { line: open.line, message: `The bracket "${open.text}" is not closed.` } : null };
}

function readToken(reader: Reader): SyntaxProblem | null {
  const { source, at } = reader;
  const character = source[at] ?? "";
  if (character === "\n") {
    if (reader.brackets.length === 0) push(reader, "newline", 1);
    else reader.at++;
    reader.line++;
    return null;
  }
  if (/\s|\uFEFF/.test(character)) {
    reader.at++;
    return null;
  }
  if (character === "\\" && /\\\r?\n/y.test(source.slice(at, at + 3))) {
    reader.at = source.indexOf("\n", at) + 1;
    reader.line++;
    return null;
  }
  if (character === "#") return push(reader, "comment", lineEnd(source, at) - at);
  if ("%!?".includes(character) && startsStatement(reader)) return push(reader, "magic", lineEnd(source, at) - at);
  const quote = matchAt(stringStart, source, at);
  if (quote) return readString(reader, quote[0], quote[1] ?? "");
  const name = matchAt(namePattern, source, at);
  if (name) return push(reader, "name", name[0].length);
  if (/[0-9]/.test(character) || (character === "." && /[0-9]/.test(source[at + 1] ?? "")))
    return push(reader, "number", matchAt(numberPattern, source, at)?.[0].length || 1);
  const operator = matchAt(operatorPattern, source, at);
  if (!operator) return { line: reader.line, message: `The character "${String.fromCodePoint(source.codePointAt(at) ?? 0)}" has no meaning here.` };
  return readOperator(reader, operator[0]);
}

function readOperator(reader: Reader, text: string): SyntaxProblem | null {
  if (text === "(" || text === "[" || text === "{") reader.brackets.push({ text, line: reader.line });
  if (reader.brackets.length > maxNesting) return { line: reader.line, message: "Brackets are nested too deeply here." };
  const opened = pairs[text];
  if (opened !== undefined && reader.brackets.pop()?.text !== opened) return { line: reader.line, message: `The bracket "${text}" closes nothing.` };
  return push(reader, "operator", text.length);
}

function readString(reader: Reader, start: string, quote: string): SyntaxProblem | null {
  const { source, line } = reader;
  let end = reader.at + start.length;
  while (end < source.length) {
    if (source[end] === "\\") end += source.startsWith("\r\n", end + 1) ? 3 : 2;
    else if (source.startsWith(quote, end)) {
      push(reader, "string", end + quote.length - reader.at);
      return null;
    } else if (source[end] === "\n" && quote.length === 1) break;
    else end++;
  }
  return { line, message: "The text that begins here is not closed by a quote." };
}

function startsStatement(reader: Reader): boolean {
  const last = reader.tokens.at(-1);
  return reader.brackets.length === 0 && (last === undefined || last.kind === "newline" || last.kind === "comment");
}

function push(reader: Reader, kind: Token["kind"], length: number): null {
  const text = reader.source.slice(reader.at, reader.at + length);
  reader.tokens.push({ kind, text, start: reader.at, end: reader.at + length, line: reader.line });
  reader.at += length;
  if (kind === "string") reader.line += text.split("\n").length - 1;
  return null;
}

function lineEnd(source: string, from: number): number {
  const end = source.indexOf("\n", from);
  return end < 0 ? source.length : end;
}

function matchAt(pattern: RegExp, source: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(source);
}
