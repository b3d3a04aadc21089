import type { SyntaxProblem, Token, Tokens } from "./source.ts";
import { maxNesting } from "./source.ts";

/** Where a tokenizer stands; what follows holds for every language with brackets, names and quotes. */
export type TokenReader = {
  readonly source: string;
  at: number;
  line: number;
  readonly tokens: Token[];
  readonly brackets: { text: string; line: number }[];
};

const closing: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };
const opening: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };

/** Reads token by token to the end, or to the first thing that has no meaning. */
export function readTokens(source: string, readToken: (reader: TokenReader) => SyntaxProblem | null): Tokens {
  const reader: TokenReader = { source, at: 0, line: 1, tokens: [], brackets: [] };
  while (reader.at < source.length) {
    const problem = readToken(reader);
    if (problem) return { tokens: reader.tokens, problem };
  }
  const open = reader.brackets.at(-1);
  return { tokens: reader.tokens, problem: open ? { line: open.line, message: `The bracket "${open.text}" is not closed.` } : null };
}

/** An operator, or a bracket that opens or closes; a character that is neither is a problem. */
export function readOperator(reader: TokenReader, pattern: RegExp): SyntaxProblem | null {
  const { source, at, line } = reader;
  const text = matchAt(pattern, source, at)?.[0];
  if (!text) return { line, message: `The character "${String.fromCodePoint(source.codePointAt(at) ?? 0)}" has no meaning here.` };
  if (closing[text] !== undefined) reader.brackets.push({ text, line });
  if (reader.brackets.length > maxNesting) return { line, message: "Brackets are nested too deeply here." };
  const opened = opening[text];
  if (opened !== undefined && reader.brackets.pop()?.text !== opened) return { line, message: `The bracket "${text}" closes nothing.` };
  return push(reader, "operator", text.length);
}

export function push(reader: TokenReader, kind: Token["kind"], length: number): null {
  const text = reader.source.slice(reader.at, reader.at + length);
  reader.tokens.push({ kind, text, start: reader.at, end: reader.at + length, line: reader.line });
  reader.at += length;
  // R's names may be anything between backticks, lines too.
  if (kind === "string" || kind === "name") reader.line += text.split("\n").length - 1;
  return null;
}

export function lineEnd(source: string, from: number): number {
  const end = source.indexOf("\n", from);
  return end < 0 ? source.length : end;
}

export function matchAt(pattern: RegExp, source: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(source);
}
