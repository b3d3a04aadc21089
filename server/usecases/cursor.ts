import { z } from "zod";
import type { GalleryPosition, ProjectPosition, RunPosition } from "#server/ports/store.ts";

/** A place in a list as opaque text: the sort keys of the last item, so that new items before it shift nothing. */
export function printCursor(keys: readonly (string | number | boolean)[]): string {
  return Buffer.from(JSON.stringify(keys)).toString("base64url");
}

const instant = z.iso.datetime().transform((text) => new Date(text));
const id = z.string().max(64);
const galleryKeys = z.union([z.tuple([z.boolean(), instant, id]), z.tuple([z.boolean(), instant, id, z.number()])]);
const runKeys = z.tuple([instant, id]);

export function readGalleryCursor(text: string): GalleryPosition | null {
  const keys = galleryKeys.safeParse(parsed(text));
  if (!keys.success) return null;
  const [official, publishedAt, lastId, rank] = keys.data;
  return { official, publishedAt, id: lastId, ...(rank === undefined ? {} : { rank }) };
}

export function readRunCursor(text: string): RunPosition | null {
  const keys = runKeys.safeParse(parsed(text));
  return keys.success ? { queuedAt: keys.data[0], id: keys.data[1] } : null;
}

export function readProjectCursor(text: string): ProjectPosition | null {
  const keys = runKeys.safeParse(parsed(text));
  return keys.success ? { createdAt: keys.data[0], id: keys.data[1] } : null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text.slice(0, 400), "base64url").toString());
  } catch {
    return null;
  }
}
