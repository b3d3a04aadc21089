import { createHash, randomBytes } from "node:crypto";
import { base32Alphabet, type Digest, type IdKind, type IdOf, idPrefixes } from "#lib/domain/ids.ts";

/** A new opaque id with 130 random bits. */
export function newId<K extends IdKind>(kind: K): IdOf[K] {
  return `${idPrefixes[kind]}_${randomText(26)}` as IdOf[K];
}

/** Five random bits a character. */
export function randomText(length: number): string {
  // 256 is a multiple of 32, so the remainder is not biased.
  return Array.from(randomBytes(length), (byte) => base32Alphabet[byte % 32]).join("");
}

/** "sha256:…" of bytes or text: how content, tokens and keys are named and compared. */
export function digestOf(content: string | Uint8Array): Digest {
  return `sha256:${createHash("sha256").update(content).digest("hex")}` as Digest;
}
