import { ObjectReader } from "./object-reader.ts";

const maxReaders = 8;
const idleSeconds = 30;

/** Keeps a bounded number of readers, one a repository, and closes those nobody asked for a while. */
export class ReaderPool {
  private readonly readers = new Map<string, ObjectReader>();
  private readonly sweep = setInterval(() => this.closeIdle(), 10_000);

  constructor() {
    this.sweep.unref();
  }

  for(folder: string): ObjectReader {
    const known = this.readers.get(folder);
    if (known && !known.ended) return known;
    this.makeRoom();
    const reader = new ObjectReader(folder);
    this.readers.set(folder, reader);
    return reader;
  }

  forget(folder: string): void {
    this.readers.get(folder)?.close();
    this.readers.delete(folder);
  }

  /** For a repository that was packed anew: the next read opens its packs afresh. */
  renew(folder: string): void {
    this.readers.get(folder)?.finish();
    this.readers.delete(folder);
  }

  close(): void {
    clearInterval(this.sweep);
    for (const folder of [...this.readers.keys()]) this.forget(folder);
  }

  /** A busy reader is never closed under a request: then there is one more for a moment. */
  private makeRoom(): void {
    const idle = [...this.readers].filter(([, reader]) => !reader.busy).sort(([, a], [, b]) => a.lastUsed - b.lastUsed);
    for (const [folder] of idle.slice(0, Math.max(0, this.readers.size - maxReaders + 1))) this.forget(folder);
  }

  private closeIdle(): void {
    const since = Date.now() - idleSeconds * 1000;
    for (const [folder, reader] of this.readers) if (!reader.busy && reader.lastUsed < since) this.forget(folder);
  }
}
