import type { ServerResponse } from "node:http";

/** Longer ones cost less as they are than copied behind their headers. */
const copiedBytes = 8192;

/**
 * Writes an answer as its parts arrive, in no more packets than they came in: most answers are small, come whole with one
 * read, and leave with one write. Nothing is held back beyond the turn of the event loop in which it came.
 */
export class AnswerWriter {
  private readonly response: ServerResponse;
  private waits = false;
  private first: Buffer | null = null;

  constructor(response: ServerResponse) {
    this.response = response;
  }

  begin(status: number, message: string | undefined, headers: string[]): void {
    this.response.writeHead(status, message, headers);
    this.waits = true;
    // A stream of events says that it has begun before it has anything to say.
    process.nextTick(sendWhatWaits, this);
  }

  /** False: the reader is slow, and nothing more is wanted until it has drained. */
  write(chunk: Buffer): boolean {
    if (this.waits && this.first === null) {
      this.first = chunk;
      return true;
    }
    this.send();
    return this.response.write(chunk);
  }

  end(): void {
    const { first } = this;
    this.waits = false;
    this.first = null;
    if (first === null) this.response.end();
    else if (first.length > copiedBytes) this.response.end(first);
    // As text of single bytes it becomes one piece with the headers.
    else this.response.end(first.toString("latin1"), "latin1");
  }

  send(): void {
    if (!this.waits) return;
    const { first } = this;
    this.waits = false;
    this.first = null;
    if (this.response.destroyed) return;
    // Headers alone: written so, and not flushed, their bytes stay what they are.
    if (first === null) this.response.write("", "latin1");
    else this.response.write(first);
  }
}

function sendWhatWaits(writer: AnswerWriter): void {
  writer.send();
}
