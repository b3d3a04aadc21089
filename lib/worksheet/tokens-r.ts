import type { SyntaxProblem, Token, Tokens } from "./source.ts";
import { maxNesting } from "./source.ts";

const namePattern = /(?:[\p{L}]|\.(?![0-9]))[\p{L}\p{N}._]*|`(?:[^`\\]|\\.)+`/uy;
const numberPattern = /(?:0[xX][0-9a-fA-F]+(?:\.[0-9a-fA-F]*)?(?:[pP][+-]?[0-9]+)?|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)[Li]?/y;
const operatorPattern = /<<-|->>|%[^%\n]*%|:::|<-|->|<=|>=|==|!=|&&|\|\||\|>|::|:=|[-+*/^=<>!&|~?:$@(){}[\],;\\]/y;
const rawStart = /[rR]("|')(-*)([([{])/y;
const closing: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };
/** After these a statement goes on in the next line. */
const continues = new Set("<<- ->> <- -> <= >= == != && || |> :: ::: := - + * / ^ = < > ! & | ~ ? : $ @ , \\".split(" "));

type Reader = { readonly source: string; at: number; line: number; readonly tokens: Token[]; readonly brackets: { text: string; line: number }[] };

/** R's tokens as far as statements and literals need them. */
export function tokenizeR(source: string): Tokens {
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
    if (endsStatement(reader)) push(reader, "newline", 1);
    else reader.at++;
    reader.line++;
    return null;
  }
  if (/\s|\uFEFF/.test(character)) {
    reader.at++;
    return null;
  }
  if (character === "#") {
    const end = source.indexOf("\n", at);
    return push(reader, "comment", (end < 0 ? source.length : end) - at);
  }
  const raw = matchAt(rawStart, source, at);
  if (raw) return readQuoted(reader, at + raw[0].length, `${closing[raw[3] ?? ""]}${raw[2]}${raw[1]}`, false);
  if (character === '"' || character === "'") return readQuoted(reader, at + 1, character, true);
  const name = matchAt(namePattern, source, at);
  if (name) return push(reader, "name", name[0].length);
  const number = matchAt(numberPattern, source, at);
  if (number) return push(reader, "number", number[0].length);
  const operator = matchAt(operatorPattern, source, at);
  if (!operator) return { line: reader.line, message: `The character "${String.fromCodePoint(source.codePointAt(at) ?? 0)}" has no meaning here.` };
  return readOperator(reader, operator[0]);
}

function readOperator(reader: Reader, text: string): SyntaxProblem | null {
  if (closing[text] !== undefined) reader.brackets.push({ text, line: reader.line });
  if (reader.brackets.length > maxNesting) return { line: reader.line, message: "Brackets are nested too deeply here." };
  if (text === ")" || text === "]" || text === "}") {
    const opened = reader.brackets.pop()?.text;
    if (opened === undefined || closing[opened] !== text) return { line: reader.line, message: `The bracket "${text}" closes nothing.` };
  }
  return push(reader, "operator", text.length);
}

function readQuoted(reader: Reader, from: number, quote: string, escapes: boolean): SyntaxProblem | null {
  const { source, line } = reader;
  for (let end = from; end < source.length; end++) {
    if (escapes && source[end] === "\\") end++;
    else if (source.startsWith(quote, end)) return push(reader, "string", end + quote.length - reader.at);
  }
  return { line, message: "The text that begins here is not closed by a quote." };
}

/** Inside ( and [ a newline is white space; inside { it ends a statement, though not the outer one. */
function endsStatement(reader: Reader): boolean {
  if (reader.brackets.length > 0) return false;
  const last = reader.tokens.findLast((token) => token.kind !== "comment");
  return !(last?.kind === "operator" && (continues.has(last.text) || last.text.startsWith("%")));
}

function push(reader: Reader, kind: Token["kind"], length: number): null {
  const text = reader.source.slice(reader.at, reader.at + length);
  reader.tokens.push({ kind, text, start: reader.at, end: reader.at + length, line: reader.line });
  reader.at += length;
  if (kind === "string" || kind === "name") reader.line += text.split("\n").length - 1;
  return null;
}

function matchAt(pattern: RegExp, source: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(source);
}
