import { createHash } from "node:crypto";
import { z } from "zod";
import { canonicalJson } from "#lib/canonical-json.ts";

/** SHA-256 in hexadecimal: the name of a content in a folder of backups. */
const content = z.string().regex(/^[0-9a-f]{64}$/);
const instant = z.iso.datetime();

/**
 * One backup, `backups/<name>.json`: written last, when everything that it names is there and on the disk. `digest` is that of
 * the rest, so that a manifest cut short or changed is known for it.
 */
export const manifestSchema = z.object({
  format: z.literal(1),
  name: z.string().regex(/^[0-9]{8}T[0-9]{6}Z(-[0-9]+)?$/),
  /** The moment of which the rows are; files are of this moment or later. */
  startedAt: instant,
  finishedAt: instant,
  /** Whose files the server's own are: where a backup is restored they become the server's there. */
  serverUid: z.number().int(),
  database: z.object({
    /** Digests of the migrations that had been applied, the oldest first. */
    migrations: z.array(z.string()),
    tables: z.array(z.object({ name: z.string(), columns: z.array(z.string()), rows: z.number().int(), content })),
    sequences: z.array(z.object({ name: z.string(), value: z.string(), called: z.boolean() })),
  }),
  files: z.object({ list: content, entries: z.number().int(), bytes: z.number().int() }),
  /** What could not be read, and why. */
  leftOut: z.array(z.object({ path: z.string(), why: z.string() })),
});
export type Manifest = z.infer<typeof manifestSchema>;

const owned = { mode: z.number().int(), uid: z.number().int(), gid: z.number().int(), mtimeMs: z.number() };
/** A path that is no UTF-8 is written as the base64 of its bytes. */
const place = { path: z.string().optional(), pathBytes: z.string().optional() };

/** One line of the list of files. */
export const lineSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("folder"), ...place, ...owned }),
  z.object({ kind: z.literal("link"), ...place, ...owned, target: z.string() }),
  z.object({
    kind: z.literal("file"),
    ...place,
    ...owned,
    bytes: z.number().int(),
    content,
    /** Inode, size and the moment of the last change, which only the kernel sets: the same again need not be read again. */
    stamp: z.string().optional(),
  }),
]);
export type Line = z.infer<typeof lineSchema>;

/** A path as text in which every character is one byte: names in homes may be in any encoding. */
export type BytePath = string;

export function writePath(path: BytePath): { path: string } | { pathBytes: string } {
  const bytes = Buffer.from(path, "latin1");
  const text = bytes.toString("utf8");
  return Buffer.from(text, "utf8").equals(bytes) ? { path: text } : { pathBytes: bytes.toString("base64") };
}

export function readPath(line: Line): BytePath {
  const bytes = line.path === undefined ? Buffer.from(line.pathBytes ?? "", "base64") : Buffer.from(line.path, "utf8");
  return bytes.toString("latin1");
}

/** As a person reads it. */
export function shownPath(path: BytePath): string {
  return Buffer.from(path, "latin1").toString("utf8");
}

export function printManifest(manifest: Manifest): string {
  return `${JSON.stringify({ ...manifest, digest: digestOfManifest(manifest) }, null, 2)}\n`;
}

/** Null where it is not one, or not as it was written. */
export function parseManifest(text: string): Manifest | null {
  try {
    const { digest, ...rest } = JSON.parse(text) as { digest?: unknown };
    const manifest = manifestSchema.parse(rest);
    return digest === digestOfManifest(manifest) ? manifest : null;
  } catch {
    return null;
  }
}

function digestOfManifest(manifest: Manifest): string {
  return createHash("sha256").update(canonicalJson(manifest)).digest("hex");
}
