import type { Language } from "#lib/domain/worksheet.ts";
import { readPythonAssignment, readPythonImport, readPythonValue } from "./read-python.ts";
import { readRAssignment, readRImport, readRValue } from "./read-r.ts";
import type { Assignment, Statement, StaticValue, SyntaxProblem, Token, Tokens } from "./source.ts";
import { splitStatements } from "./source.ts";
import { tokenizePython } from "./tokens-python.ts";
import { tokenizeR } from "./tokens-r.ts";

type Reader = {
  readonly tokenize: (source: string) => Tokens;
  readonly readAssignment: (statement: Statement) => Assignment | null;
  readonly readValue: (tokens: readonly Token[]) => StaticValue | null;
  readonly readImport: (statement: Statement) => readonly string[] | null;
};

/** What compiling needs of each language. */
export const readers = {
  python: { tokenize: tokenizePython, readAssignment: readPythonAssignment, readValue: readPythonValue, readImport: readPythonImport },
  r: { tokenize: tokenizeR, readAssignment: readRAssignment, readValue: readRValue, readImport: readRImport },
} as const satisfies Record<Language, Reader>;

export type ReadSource = { readonly statements: readonly Statement[]; readonly comments: readonly Token[]; readonly problem: SyntaxProblem | null };

export function readSource(language: Language, source: string): ReadSource {
  const { tokens, problem } = readers[language].tokenize(source);
  return { statements: splitStatements(source, tokens), comments: tokens.filter((token) => token.kind === "comment"), problem };
}

/** A literal of the language in `text`, e.g. one written in an annotation; null where it is not one. */
export function readLiteral(language: Language, text: string): StaticValue | null {
  const { tokens, problem } = readers[language].tokenize(text);
  const [statement, ...more] = problem ? [] : splitStatements(text, tokens);
  return statement && more.length === 0 ? readers[language].readValue(statement.tokens) : null;
}
