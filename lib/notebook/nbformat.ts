import { z } from "zod";

/**
 * Jupyter notebooks, format 4 (nbformat's own JSON schema v4.5 is the source; minor versions 0-5 are read).
 * Multi-line strings may be arrays of lines; they are joined when read.
 */
const multiline = z.union([z.string(), z.array(z.string()).transform((lines) => lines.join(""))]);
const metadata = z.record(z.string(), z.unknown());
/** Mime type → data; text types are strings (or arrays of lines), JSON types any JSON. */
const mimeBundle = z.record(z.string(), z.unknown()).transform((bundle) => {
  const joined: Record<string, unknown> = {};
  for (const [type, data] of Object.entries(bundle)) {
    joined[type] = Array.isArray(data) && data.every((line) => typeof line === "string") && !/[/+]json$/.test(type) ? data.join("") : data;
  }
  return joined;
});

export const outputSchema = z.discriminatedUnion("output_type", [
  z.object({ output_type: z.literal("stream"), name: z.string(), text: multiline }),
  z.object({ output_type: z.literal("display_data"), data: mimeBundle, metadata: metadata.default({}) }),
  z.object({
    output_type: z.literal("execute_result"),
    data: mimeBundle,
    metadata: metadata.default({}),
    execution_count: z.number().int().nullable().default(null),
  }),
  z.object({ output_type: z.literal("error"), ename: z.string(), evalue: z.string(), traceback: z.array(z.string()).default([]) }),
]);
export type Output = z.infer<typeof outputSchema>;
export type MimeBundle = Record<string, unknown>;

const cellCommon = { id: z.string().optional(), metadata: metadata.default({}), source: multiline };
const attachments = z.record(z.string(), mimeBundle).optional();

export const cellSchema = z.discriminatedUnion("cell_type", [
  z.object({
    cell_type: z.literal("code"),
    ...cellCommon,
    outputs: z.array(outputSchema).default([]),
    execution_count: z.number().int().nullable().default(null),
  }),
  z.object({ cell_type: z.literal("markdown"), ...cellCommon, attachments }),
  z.object({ cell_type: z.literal("raw"), ...cellCommon, attachments }),
]);
export type Cell = z.infer<typeof cellSchema>;

export const notebookSchema = z.object({
  nbformat: z.literal(4),
  nbformat_minor: z.number().int().nonnegative(),
  metadata: metadata.default({}),
  cells: z.array(cellSchema),
});
export type Notebook = z.infer<typeof notebookSchema>;
