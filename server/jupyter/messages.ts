import { z } from "zod";
import type { WireMessage } from "./wire.ts";

/**
 * What a kernel may say while it executes, asserted on arrival. Anything of another shape is dropped:
 * the content comes from code that we do not trust.
 */
const mapping = z.record(z.string(), z.unknown());
const display = z.object({ data: mapping, metadata: mapping.default({}), transient: z.looseObject({ display_id: z.string().optional() }).default({}) });

/** R's JSON writes an empty object as an empty list. */
const emptyListAsMapping = (value: unknown): unknown => (Array.isArray(value) && value.length === 0 ? {} : value);
const loosened = (content: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(
    Object.entries(content).map(([name, value]) => [name, name === "metadata" || name === "transient" || name === "data" ? emptyListAsMapping(value) : value]),
  );

const contents = {
  stream: z.object({ name: z.enum(["stdout", "stderr"]), text: z.string() }),
  display_data: display,
  execute_result: display.extend({ execution_count: z.number().int().nullable().default(null) }),
  update_display_data: display,
  clear_output: z.object({ wait: z.boolean().default(false) }),
  error: z.object({ ename: z.string(), evalue: z.string(), traceback: z.array(z.string()).default([]) }),
  execute_input: z.object({ execution_count: z.number().int() }),
  status: z.object({ execution_state: z.enum(["busy", "idle", "starting"]) }),
  comm_open: z.looseObject({ comm_id: z.string(), target_name: z.string(), data: z.unknown() }),
  comm_msg: z.looseObject({ comm_id: z.string(), data: z.unknown() }),
  comm_close: z.looseObject({ comm_id: z.string() }),
} as const;

type Contents = { [Type in keyof typeof contents]: z.infer<(typeof contents)[Type]> };
/** A message of the iopub channel: `type` names it, `content` is as the protocol says, `bytes` its size on the wire. */
export type KernelMessage = {
  [Type in keyof Contents]: {
    readonly type: Type;
    readonly content: Contents[Type];
    readonly metadata: Readonly<Record<string, unknown>>;
    readonly buffers: readonly Uint8Array[];
    readonly bytes: number;
  };
}[keyof Contents];

/** Null: a type we do not know, or content that is not of its type's shape. */
export function readKernelMessage(message: WireMessage): KernelMessage | null {
  if (!Object.hasOwn(contents, message.type)) return null;
  const type = message.type as keyof typeof contents;
  const content = contents[type].safeParse(loosened(message.content));
  if (!content.success) return null;
  return { type, content: content.data, metadata: message.metadata, buffers: message.buffers, bytes: message.bytes } as KernelMessage;
}

export const executeReplySchema = z.looseObject({
  status: z.string(),
  execution_count: z.number().int().nullish(),
  ename: z.string().optional(),
  evalue: z.string().optional(),
});

export const kernelInfoSchema = z.looseObject({
  protocol_version: z.string(),
  implementation: z.string().default(""),
  language_info: z.looseObject({ name: z.string(), version: z.string().default("") }),
});
export type KernelInfo = z.infer<typeof kernelInfoSchema>;
