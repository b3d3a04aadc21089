import type { SyntaxProblem, Tokens } from "./source.ts";
import { lineEnd, matchAt, push, readOperator, readTokens, type TokenReader } from "./token-reader.ts";

const namePattern = /(?:[\p{L}]|\.(?![0-9]))[\p{L}\p{N}._]*|`(?:[^`\\]|\\.)+`/uy;
const numberPattern = /(?:0[xX][0-9a-fA-F]+(?:\.[0-9a-fA-F]*)?(?:[pP][+-]?[0-9]+)?|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)[Li]?/y;
const operatorPattern = /<<-|->>|%[^%\n]*%|:::|<-|->|<=|>=|==|!=|&&|\|\||\|>|::|:=|[-+*/^=<>!&|~?:$@(){}[\],;\\]/y;
const rawStart = /[rR]("|')(-*)([([{])/y;
/** A raw string that opens with one of these ends with its partner. */
const rawClosing: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };
/** After these a statement goes on in the next line. */
const continues = new Set("<<- ->> <- -> <= >= == != && || |> :: ::: := - + * / ^ = < > ! & | ~ ? : $ @ , \\".split(" "));

/** R's tokens as far as statements and literals need them. */
export function tokenizeR(source: string): Tokens {
  return readTokens(source, readToken);
}

function readToken(reader: TokenReader): SyntaxProblem | null {
  const { source, at } = reader;
  const character = source[at] ?? "";
  if (character === "\n") {
    if (endsStatement(reader)) push(reader, "newline", 1);
    else reader.at++;
    reader.line++;
    return null;
  }
  if (/\s|\uFEFF/.test(character)) {
    reader.at++;
    return null;
  }
  if (character === "#") return push(reader, "comment", lineEnd(source, at) - at);
  const raw = matchAt(rawStart, source, at);
  if (raw) return readQuoted(reader, at + raw[0].length, `${rawClosing[raw[3] ?? ""]}${raw[2]}${raw[1]}`, false);
  if (character === '"' || character === "'") return readQuoted(reader, at + 1, character, true);
  const name = matchAt(namePattern, source, at);
  if (name) return push(reader, "name", name[0].length);
  const number = matchAt(numberPattern, source, at);
  if (number) return push(reader, "number", number[0].length);
  return readOperator(reader, operatorPattern);
}

function readQuoted(reader: TokenReader, from: number, quote: string, escapes: boolean): SyntaxProblem | null {
  const { source, line } = reader;
  for (let end = from; end < source.length; end++) {
    if (escapes && source[end] === "\\") end++;
    else if (source.startsWith(quote, end)) return push(reader, "string", end + quote.length - reader.at);
  }
  return { line, message: "The text that begins here is not closed by a quote." };
}

/** Inside ( and [ a newline is white space; inside { it ends a statement, though not the outer one. */
function endsStatement(reader: TokenReader): boolean {
  if (reader.brackets.length > 0) return false;
  const last = reader.tokens.findLast((token) => token.kind !== "comment");
  return !(last?.kind === "operator" && (continues.has(last.text) || last.text.startsWith("%")));
}
