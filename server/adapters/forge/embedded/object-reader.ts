import type { CatFile, ObjectHead } from "./cat-file.ts";

const attempts = 3;

/**
 * Reads objects of one repository, whichever process answers. One that ends in the middle, because packs were
 * exchanged under it or somebody killed it, is followed by another: what a name means never changes, so an
 * answer that was cut goes on where it was.
 */
export class ObjectReader {
  private readonly process: () => CatFile;

  constructor(process: () => CatFile) {
    this.process = process;
  }

  /** Null where there is no such object. */
  info(name: string): Promise<ObjectHead | null> {
    return this.ask("info", name, () => {});
  }

  /** Hands the content over piece by piece, so that a large file needs no memory. */
  contents(name: string, onChunk: (chunk: Buffer) => void): Promise<ObjectHead | null> {
    return this.ask("contents", name, onChunk);
  }

  private async ask(verb: "info" | "contents", name: string, onChunk: (chunk: Buffer) => void): Promise<ObjectHead | null> {
    if (name.includes("\0")) throw new Error("a NUL in an object name");
    let handed = 0;
    for (let attempt = 1; ; attempt++) {
      let skip = handed;
      const take = (chunk: Buffer): void => {
        const fresh = chunk.subarray(Math.min(skip, chunk.length));
        skip -= chunk.length - fresh.length;
        handed += fresh.length;
        if (fresh.length > 0) onChunk(fresh);
      };
      try {
        return await this.process().ask(verb, name, take);
      } catch (error) {
        if (attempt === attempts) throw error;
      }
    }
  }
}
