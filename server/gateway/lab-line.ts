import net from "node:net";
import { type AnswerHead, readAnswerHead } from "#lib/gateway/answer-head.ts";
import { type ChunkReader, createChunkReader } from "#lib/gateway/chunks.ts";
import type { AnswerHandler } from "./asker.ts";

export type LabLineEvents = {
  /** It can carry another request. */
  readonly onFree: (line: LabLine) => void;
  readonly onClosed: (line: LabLine) => void;
};

/** A request without a body, as it is sent. */
export type PlainRequest = { readonly method: string; readonly text: string };

type Job = { readonly asked: PlainRequest; readonly handler: AnswerHandler; head: AnswerHead | null; left: number; chunks: ChunkReader | null };

const headBytes = 65_536;
const nothing = Buffer.alloc(0);
/** All lines read into this, one after the other: memory for each read would be most of what a small answer costs. */
const arrived = Buffer.allocUnsafeSlow(65_536);

/** One connection to a lab, carrying one request after the other. */
export class LabLine {
  /** When it was last given something to do, or had done it; for whoever looks for lines that are silent. */
  since = performance.now();
  private readonly socket: net.Socket;
  private readonly events: LabLineEvents;
  private job: Job | null = null;
  private pending: Buffer = nothing;

  constructor(to: net.NetConnectOpts, events: LabLineEvents) {
    this.events = events;
    this.socket = net.connect({ ...to, onread: { buffer: arrived, callback: (count) => this.take(arrived.subarray(0, count)) } });
    this.socket.setNoDelay(true);
    this.socket.on("error", (error) => this.fail(error));
    this.socket.once("end", () => this.ended());
    this.socket.once("close", () => {
      this.fail(closed());
      this.events.onClosed(this);
    });
  }

  get isUsable(): boolean {
    return !this.socket.destroyed && this.socket.readable && this.socket.writable;
  }

  get state(): "idle" | "connecting" | "asked" | "answered" {
    if (this.job === null) return "idle";
    return this.job.head !== null ? "answered" : this.socket.connecting ? "connecting" : "asked";
  }

  ask(asked: PlainRequest, handler: AnswerHandler): void {
    const job: Job = { asked, handler, head: null, left: 0, chunks: null };
    this.job = job;
    this.since = performance.now();
    handler.onStart({
      abort: (reason) => {
        if (this.job === job) this.fail(reason);
      },
      pause: () => void (this.job === job && this.socket.pause()),
      resume: () => void (this.job === job && this.socket.resume()),
    });
    if (this.job === job) this.socket.write(asked.text, "latin1");
  }

  destroy(reason: Error): void {
    this.fail(reason);
    this.socket.destroy();
  }

  private take(bytes: Buffer): boolean {
    try {
      this.read(bytes);
    } catch (error) {
      this.fail(error as Error);
    }
    return true;
  }

  /** `bytes` are there until this returns: what is kept or given on is copied. */
  private read(bytes: Buffer): void {
    const { job } = this;
    // Words that nobody asked for would be taken for the next answer.
    if (job === null) this.socket.destroy();
    else if (job.head === null) this.readHead(job, bytes);
    else this.readBody(job, job.head, bytes);
  }

  private readHead(job: Job, bytes: Buffer): void {
    const all = this.pending.length === 0 ? bytes : Buffer.concat([this.pending, bytes]);
    const end = all.indexOf("\r\n\r\n");
    if (end > headBytes || (end < 0 && all.length > headBytes)) throw new Error("The answer's headers are too large.");
    this.pending = end < 0 ? Buffer.from(all) : nothing;
    if (end < 0) return;
    const head = readAnswerHead(all.toString("latin1", 0, end), job.asked.method);
    const rest = all.subarray(end + 4);
    if (head === null || head.status === 101) throw new Error("The answer cannot be understood.");
    // Informational answers are between the two servers.
    if (head.status < 200) {
      if (rest.length > 0) this.readHead(job, rest);
      return;
    }
    job.head = head;
    if (head.framing.kind === "length") job.left = head.framing.bytes;
    if (head.framing.kind === "chunked") job.chunks = createChunkReader();
    job.handler.onHead(head.status, head.message, head.headers);
    if (this.job === job) this.readBody(job, head, rest);
  }

  private readBody(job: Job, head: AnswerHead, bytes: Buffer): void {
    if (job.chunks) this.readChunks(job, job.chunks, bytes);
    else if (head.framing.kind === "close") {
      if (bytes.length > 0) job.handler.onData(Buffer.from(bytes));
    } else {
      const part = bytes.length > job.left ? bytes.subarray(0, job.left) : bytes;
      job.left -= part.length;
      if (part.length > 0) job.handler.onData(Buffer.from(part));
      if (job.left === 0) this.done(job, bytes.length === part.length);
    }
  }

  private readChunks(job: Job, chunks: ChunkReader, bytes: Buffer): void {
    const read = chunks(bytes);
    if (read === "broken") throw new Error("The answer's chunks cannot be understood.");
    // However small the chunks are, a read is told at once.
    if (read.pieces.length > 0) job.handler.onData(Buffer.concat(read.pieces));
    if (read.rest !== null) this.done(job, read.rest.length === 0);
  }

  private ended(): void {
    const { job } = this;
    if (job?.head?.framing.kind === "close") this.done(job, false);
    else this.fail(closed());
  }

  private done(job: Job, isClean: boolean): void {
    if (this.job !== job) return;
    this.job = null;
    this.since = performance.now();
    const isKept = isClean && job.head?.keepAlive === true && this.isUsable;
    if (!isKept) this.socket.destroy();
    else if (this.socket.isPaused()) this.socket.resume();
    job.handler.onEnd();
    if (isKept) this.events.onFree(this);
  }

  private fail(error: Error): void {
    const { job } = this;
    this.job = null;
    if (!this.socket.destroyed) this.socket.destroy();
    job?.handler.onError(error);
  }
}

const closed = (): Error => Object.assign(new Error("The other side closed the connection."), { code: "ECONNRESET" });
