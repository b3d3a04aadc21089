import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import { z } from "zod";

/**
 * The Jupyter messaging protocol, version 5.3, as it travels over ZeroMQ:
 * routing frames, "<IDS|MSG>", signature, header, parent header, metadata, content, then binary buffers.
 * Source: https://jupyter-client.readthedocs.io/en/stable/messaging.html
 */
const delimiter = Buffer.from("<IDS|MSG>");
const protocolVersion = "5.3";
/** Routing frames and buffers beyond these numbers are no notebook's doing. */
const maxRoutingFrames = 16;
const maxBuffers = 1024;

const headerSchema = z.looseObject({
  msg_id: z.string().min(1).max(256),
  msg_type: z.string().min(1).max(128),
  session: z.string().max(256).default(""),
});
/** A message that answers nothing has an empty parent; IRkernel writes it as an empty list. */
const parentSchema = z.union([headerSchema, z.looseObject({}).transform(() => null), z.array(z.never()).transform(() => null), z.null()]);
const mappingSchema = z.union([z.record(z.string(), z.unknown()), z.array(z.never()).transform((): Record<string, unknown> => ({}))]);

export type WireMessage = {
  readonly id: string;
  readonly type: string;
  /** Id of the request that this message answers; null where it answers none. */
  readonly parentId: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly content: Readonly<Record<string, unknown>>;
  readonly buffers: readonly Uint8Array[];
  /** Size of all frames as received, for limits. */
  readonly bytes: number;
};

export type OutgoingMessage = { readonly type: string; readonly content: Readonly<Record<string, unknown>> };

/** Why frames were not accepted; counted by the client, never answered. */
export type WireProblem = "malformed" | "bad_signature";

/** `session` names this client in every header. The key signs; an empty key means unsigned and is refused. */
export function createWire(key: string, session: string = randomUUID()) {
  if (key === "") throw new Error("A kernel connection without a key is not accepted.");

  const sign = (frames: readonly Uint8Array[]): string => {
    const hmac = createHmac("sha256", key);
    for (const frame of frames) hmac.update(frame);
    return hmac.digest("hex");
  };

  return {
    /** The frames to send, and the id under which the answers will come. */
    serialise(message: OutgoingMessage): { readonly id: string; readonly frames: Buffer[] } {
      const id = randomUUID();
      const header = { msg_id: id, msg_type: message.type, session, username: "sheaf", date: new Date().toISOString(), version: protocolVersion };
      const signed = [header, {}, {}, message.content].map((part) => Buffer.from(JSON.stringify(part)));
      return { id, frames: [delimiter, Buffer.from(sign(signed)), ...signed] };
    },

    /** Checks the signature before anything is parsed. */
    parse(frames: readonly Buffer[]): WireMessage | WireProblem {
      const start = frames.findIndex((frame) => frame.equals(delimiter));
      if (start < 0 || start > maxRoutingFrames || frames.length < start + 6 || frames.length > start + 6 + maxBuffers) return "malformed";
      const [signature, ...rest] = frames.slice(start + 1) as [Buffer, ...Buffer[]];
      const signed = rest.slice(0, 4);
      const expected = Buffer.from(sign(signed));
      if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) return "bad_signature";
      return readSigned(signed, rest.slice(4), frames);
    },
  };
}

function readSigned(signed: readonly Buffer[], buffers: readonly Buffer[], frames: readonly Buffer[]): WireMessage | WireProblem {
  let parts: unknown[];
  try {
    parts = signed.map((part) => JSON.parse(part.toString("utf8")));
  } catch {
    return "malformed";
  }
  const header = headerSchema.safeParse(parts[0]);
  const parent = parentSchema.safeParse(parts[1]);
  const metadata = mappingSchema.safeParse(parts[2]);
  const content = mappingSchema.safeParse(parts[3]);
  if (!header.success || !parent.success || !metadata.success || !content.success) return "malformed";
  return {
    id: header.data.msg_id,
    type: header.data.msg_type,
    parentId: parent.data?.msg_id ?? null,
    metadata: metadata.data,
    content: content.data,
    buffers,
    bytes: frames.reduce((sum, frame) => sum + frame.length, 0),
  };
}
