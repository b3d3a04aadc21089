import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import type { Dispatcher } from "undici";

/** Of a server behind that is asked: what comes back is told to a handler as it arrives. */
export type Control = {
  /** Gives it up; the handler hears the reason. */
  abort(reason: Error): void;
  pause(): void;
  resume(): void;
};

export type AnswerHandler = {
  /** Again where it waited for a connection and has one now. */
  onStart(control: Control): void;
  /** `headers`: name and value alternating. */
  onHead(status: number, message: string | undefined, headers: string[]): void;
  onData(chunk: Buffer): void;
  onEnd(): void;
  onError(error: Error & { readonly code?: string }): void;
};

export type Question = { readonly method: string; readonly target: string; readonly headers: string[]; readonly body: Readable | null };

export function askByUndici(to: Dispatcher, { method, target, headers, body }: Question, handler: AnswerHandler): void {
  const told: Dispatcher.DispatchHandler = {
    onRequestStart: (controller) => handler.onStart(controller),
    onResponseStart(_controller, status, said, message) {
      // Informational answers are between the two servers.
      if (status >= 200) handler.onHead(status, message, flatten(said));
    },
    onResponseData: (_controller, chunk) => handler.onData(chunk),
    onResponseEnd: () => handler.onEnd(),
    onResponseError: (_controller, error) => handler.onError(error),
  };
  try {
    to.dispatch({ path: target, method: method as Dispatcher.HttpMethod, headers, body }, told);
  } catch (error) {
    handler.onError(error as Error);
  }
}

/** undici has read names and values already, byte for byte. */
function flatten(headers: IncomingHttpHeaders): string[] {
  const flat: string[] = [];
  for (const name in headers) {
    const value = headers[name];
    if (typeof value === "string") flat.push(name, value);
    else for (const one of value ?? []) flat.push(name, one);
  }
  return flat;
}
