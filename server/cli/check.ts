import { readFile } from "node:fs/promises";
import type { Parameter } from "#lib/domain/parameter.ts";
import type { Problem } from "#lib/domain/worksheet.ts";
import { parseNotebook } from "#lib/notebook/parse-notebook.ts";
import { compileWorksheet } from "#lib/worksheet/compile.ts";
import { CommandProblem } from "./command-problem.ts";

/**
 * Says of each notebook what publishing it would: problems as `file:cell:line: severity: message`, counted from 1, and
 * the parameters found. Needs no server and runs nothing. Exit code 1 when one of them could not be published.
 */
export async function checkNotebooks(files: readonly string[]): Promise<number> {
  const option = files.find((file) => file.startsWith("-"));
  if (option !== undefined) throw new CommandProblem(`check has no option "${option}". See ./sheaf help`);
  if (files.length === 0) throw new CommandProblem("Name the notebooks to check: ./sheaf check FILE.ipynb ...");
  let failed = 0;
  for (const file of files) {
    const { lines, publishable } = await checkNotebook(file);
    for (const line of lines) console.log(line);
    if (!publishable) failed++;
  }
  return failed > 0 ? 1 : 0;
}

async function checkNotebook(file: string): Promise<{ lines: readonly string[]; publishable: boolean }> {
  const broken = (message: string) => ({ lines: [`${file}: error: ${message}`], publishable: false });
  let text: string;
  try {
    text = new TextDecoder().decode(await readFile(file));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return broken(code === "ENOENT" ? "There is no such file." : `This file cannot be read (${code ?? (error as Error).message}).`);
  }
  const notebook = parseNotebook(text);
  if (!notebook.ok) return broken(notebook.failure.message);
  const { worksheet, problems } = compileWorksheet(notebook.value, { path: file });
  const lines = problems.map((problem) => problemLine(file, problem));
  return worksheet ? { lines: [...lines, parametersLine(file, worksheet.parameters)], publishable: true } : { lines, publishable: false };
}

function problemLine(file: string, { severity, cell, line, message }: Problem): string {
  const place = [file, ...(cell === null ? [] : [cell + 1, ...(line === null ? [] : [line])])].join(":");
  return `${place}: ${severity}: ${message}`;
}

function parametersLine(file: string, parameters: readonly Parameter[]): string {
  if (parameters.length === 0) return `${file}: no parameters`;
  return `${file}: parameters: ${parameters.map((parameter) => `${parameter.name} (${parameter.type}) = ${JSON.stringify(parameter.default)}`).join(", ")}`;
}
