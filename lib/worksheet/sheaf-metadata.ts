import { z } from "zod";
import type { ParameterType } from "#lib/domain/parameter.ts";

const parameterTypes = [
  "string",
  "text",
  "integer",
  "number",
  "boolean",
  "choice",
  "choices",
  "date",
  "range",
  "file",
  "column",
] as const satisfies readonly ParameterType[];

const scalar = z.union([z.string().max(1000), z.number(), z.boolean()]);
const choice = z.union([scalar, z.strictObject({ value: scalar, label: z.string().min(1).max(200) })]);

/** One entry of `metadata.sheaf.parameters`; the format is described for authors in docs/worksheet-format.md. */
const parameterSpecSchema = z.strictObject({
  type: z.enum(parameterTypes).optional(),
  label: z.string().trim().min(1).max(200).optional(),
  help: z.string().trim().min(1).max(2000).optional(),
  unit: z.string().trim().min(1).max(50).optional(),
  group: z.string().trim().min(1).max(100).optional(),
  advanced: z.boolean().optional(),
  nullable: z.boolean().optional(),
  /** Not a parameter at all: stays as it is written. */
  fixed: z.boolean().optional(),
  min: z.union([z.number(), z.string()]).optional(),
  max: z.union([z.number(), z.string()]).optional(),
  step: z.number().positive().optional(),
  slider: z.boolean().optional(),
  choices: z.array(choice).min(1).max(1000).optional(),
  allowOther: z.boolean().optional(),
  pattern: z.string().min(1).max(500).optional(),
  maxLength: z.number().int().positive().max(100_000).optional(),
  accept: z
    .array(z.string().regex(/^\.[A-Za-z0-9][A-Za-z0-9.]*$/, 'must be file name endings such as ".csv"'))
    .max(50)
    .optional(),
  maxBytes: z.number().int().positive().optional(),
  of: z.string().min(1).optional(),
});
export type ParameterSpec = z.infer<typeof parameterSpecSchema>;
export type ChoiceSpec = z.infer<typeof choice>;

const settingsSchema = z.looseObject({
  title: z.string().trim().min(1).max(200).optional(),
  description: z.string().trim().min(1).max(2000).optional(),
  showCode: z.boolean().optional(),
});
export type WorksheetSettings = z.infer<typeof settingsSchema>;

type Read<T> = { readonly value: T; readonly problems: readonly string[] };

/** Reads `metadata.sheaf` of a notebook; what is wrong in it comes as sentences. */
export function readSettings(metadata: Readonly<Record<string, unknown>>): Read<WorksheetSettings> {
  if (metadata.sheaf === undefined) return { value: {}, problems: [] };
  const parsed = settingsSchema.safeParse(metadata.sheaf);
  if (!parsed.success) return { value: {}, problems: parsed.error.issues.map((issue) => `metadata.sheaf${place(issue.path)}: ${issue.message}.`) };
  // "run" is what an executed notebook carries; it says nothing about the worksheet.
  const unknown = Object.keys(parsed.data).filter((key) => !["title", "description", "showCode", "run"].includes(key));
  return { value: parsed.data, problems: unknown.map((key) => `metadata.sheaf.${key} is not known.`) };
}

/** Reads `metadata.sheaf.parameters` of a cell; null where there is none. */
export function readParameterSpecs(metadata: Readonly<Record<string, unknown>>): Read<ReadonlyMap<string, ParameterSpec>> | null {
  const sheaf = metadata.sheaf;
  if (typeof sheaf !== "object" || sheaf === null || !("parameters" in sheaf)) return null;
  const specs = new Map<string, ParameterSpec>();
  const { parameters } = sheaf;
  if (typeof parameters !== "object" || parameters === null || Array.isArray(parameters)) {
    return { value: specs, problems: ["metadata.sheaf.parameters must be an object: variable name → description."] };
  }
  const problems: string[] = [];
  for (const [name, raw] of Object.entries(parameters)) {
    const parsed = parameterSpecSchema.safeParse(raw);
    if (parsed.success) specs.set(name, parsed.data);
    else problems.push(...parsed.error.issues.map((issue) => `metadata.sheaf.parameters.${name}${place(issue.path)}: ${issue.message}.`));
  }
  return { value: specs, problems };
}

function place(path: readonly PropertyKey[]): string {
  return path.map((part) => `.${String(part)}`).join("");
}
