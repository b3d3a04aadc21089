import type { z } from "zod";
import type { Result } from "#lib/result.ts";
import { fail, ok } from "#lib/result.ts";
import type { Notebook } from "./nbformat.ts";
import { notebookSchema } from "./nbformat.ts";

/** Deeper JSON is no notebook, and would exhaust the stack of whoever walks it. */
const maxDepth = 200;

/** Reads a notebook of format 4. Failures are "invalid" with a sentence for the notebook's author. */
export function parseNotebook(text: string): Result<Notebook> {
  const source = text.startsWith("\uFEFF") ? text.slice(1) : text;
  if (source.trim() === "") return fail("invalid", "This notebook is empty.");
  if (isTooDeep(source)) return fail("invalid", `This is not a notebook: its JSON is nested more than ${maxDepth} levels deep.`);
  let json: unknown;
  try {
    json = JSON.parse(source);
  } catch (error) {
    return fail("invalid", `This is not a notebook: ${jsonProblem(error, source)}`);
  }
  const versionProblem = problemOfVersion(json);
  if (versionProblem) return fail("invalid", versionProblem);
  const parsed = notebookSchema.safeParse(json);
  return parsed.success ? ok(parsed.data) : fail("invalid", shapeProblem(parsed.error));
}

function isTooDeep(text: string): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (inString) {
      if (code === 92) at++;
      else if (code === 34) inString = false;
    } else if (code === 34) inString = true;
    else if (code === 91 || code === 123) {
      if (++depth > maxDepth) return true;
    } else if (code === 93 || code === 125) depth--;
  }
  return false;
}

function jsonProblem(error: unknown, source: string): string {
  const position = error instanceof Error ? /position (\d+)/.exec(error.message)?.[1] : undefined;
  if (position === undefined) return "its text is not valid JSON, or ends too early.";
  const line = source.slice(0, Number(position)).split("\n").length;
  return `its text is not valid JSON, at line ${line}.`;
}

function problemOfVersion(json: unknown): string | null {
  if (typeof json !== "object" || json === null || Array.isArray(json)) return "This is not a notebook: a JSON object is expected.";
  const { nbformat } = json as { nbformat?: unknown };
  if (nbformat === 4) return null;
  if (typeof nbformat !== "number") return "This is not a notebook: it does not say its format (nbformat).";
  if (nbformat < 4) return `This notebook is in the old format ${nbformat}. Open it in Jupyter and save it again, which makes it format 4.`;
  return `This notebook is in format ${nbformat}, which is newer than format 4, the newest understood here.`;
}

function shapeProblem(error: z.ZodError): string {
  const issue = error.issues[0];
  const [first, index, ...rest] = issue?.path ?? [];
  const reason = issue?.message ?? "unknown shape";
  if (first === "cells" && typeof index === "number") {
    return `Cell ${index + 1} of this notebook is broken${rest.length > 0 ? ` (${rest.join(".")})` : ""}: ${reason}.`;
  }
  return `This notebook is broken${first === undefined ? "" : ` (${[first, index, ...rest].filter((part) => part !== undefined).join(".")})`}: ${reason}.`;
}
