import type { Language } from "#lib/domain/worksheet.ts";
import type { Notebook } from "#lib/notebook/nbformat.ts";

export type NotebookLanguage = { readonly language: Language; readonly kernelName: string } | { readonly problem: string };

const usualKernels = { python: "python3", r: "ir" } as const satisfies Record<Language, string>;

/** The language a notebook says it is in; its kernel's name where it gives one. */
export function readLanguage(notebook: Notebook): NotebookLanguage {
  const kernel = fieldsOf(notebook.metadata.kernelspec);
  const info = fieldsOf(notebook.metadata.language_info);
  const said = textOf(kernel.language) ?? textOf(info.name) ?? textOf(kernel.name);
  if (said === undefined) return { problem: "This notebook does not say its language. Open it in Jupyter, choose a kernel and save it again." };
  const name = said.toLowerCase();
  const language: Language | null = /^i?python[\d.]*$/.test(name) ? "python" : name === "r" || name === "ir" ? "r" : null;
  if (!language) return { problem: `This notebook is in ${said.slice(0, 50)}; worksheets can be in Python or R.` };
  return { language, kernelName: textOf(kernel.name) ?? usualKernels[language] };
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
}
