import type { SyntaxProblem, Tokens } from "./source.ts";
import { lineEnd, matchAt, push, readOperator, readTokens, type TokenReader } from "./token-reader.ts";

const namePattern = /[\p{XID_Start}_][\p{XID_Continue}]*/uy;
const numberPattern =
  /0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:[0-9](?:_?[0-9])*)?\.?(?:[0-9](?:_?[0-9])*)?(?:[eE][+-]?[0-9](?:_?[0-9])*)?[jJ]?/y;
const operatorPattern = /\*\*=|\/\/=|>>=|<<=|\.\.\.|!=|->|:=|[-+*/%@&|^=<>]=|\*\*|\/\/|<<|>>|[-+*/%@&|^~<>()[\]{},:;.=!?$]/y;
const stringStart = /(?:[rR][bBfF]?|[bBfF][rR]?|[uU])?("""|'''|"|')/y;

/** Python's tokens as far as statements and literals need them; IPython's magics and shell lines are one token each. */
export function tokenizePython(source: string): Tokens {
  return readTokens(source, readToken);
}

function readToken(reader: TokenReader): SyntaxProblem | null {
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
  return readOperator(reader, operatorPattern);
}

function readString(reader: TokenReader, start: string, quote: string): SyntaxProblem | null {
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

function startsStatement(reader: TokenReader): boolean {
  const last = reader.tokens.at(-1);
  return reader.brackets.length === 0 && (last === undefined || last.kind === "newline" || last.kind === "comment");
}
