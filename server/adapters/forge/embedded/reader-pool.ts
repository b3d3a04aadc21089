import { CatFile } from "./cat-file.ts";
import { ObjectReader } from "./object-reader.ts";

const maxReaders = 8;
const idleSeconds = 30;

/** Keeps a bounded number of processes that read, one a repository, and closes those nobody asked for a while. */
export class ReaderPool {
  private readonly processes = new Map<string, CatFile>();
  private closed = false;
  private readonly sweep = setInterval(() => this.closeIdle(), 10_000);

  constructor() {
    this.sweep.unref();
  }

  /** May be held: each request finds the process of that moment. */
  for(folder: string): ObjectReader {
    return new ObjectReader(() => this.processOf(folder));
  }

  forget(folder: string): void {
    this.processes.get(folder)?.close();
    this.processes.delete(folder);
  }

  /** For a repository that was packed anew: the next read opens its packs afresh. */
  renew(folder: string): void {
    this.processes.get(folder)?.finish();
    this.processes.delete(folder);
  }

  close(): void {
    this.closed = true;
    clearInterval(this.sweep);
    for (const folder of [...this.processes.keys()]) this.forget(folder);
  }

  private processOf(folder: string): CatFile {
    const known = this.processes.get(folder);
    if (known && !known.ended) return known;
    if (this.closed) throw new Error("The forge is closed.");
    this.makeRoom();
    const process = new CatFile(folder);
    this.processes.set(folder, process);
    return process;
  }

  /** A busy one is never closed under a request: then there is one more for a moment. */
  private makeRoom(): void {
    const idle = [...this.processes].filter(([, process]) => !process.busy).sort(([, a], [, b]) => a.lastUsed - b.lastUsed);
    for (const [folder] of idle.slice(0, Math.max(0, this.processes.size - maxReaders + 1))) this.forget(folder);
  }

  private closeIdle(): void {
    const since = Date.now() - idleSeconds * 1000;
    for (const [folder, process] of this.processes) if (!process.busy && process.lastUsed < since) this.forget(folder);
  }
}
