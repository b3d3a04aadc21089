import { Dealer, Subscriber } from "zeromq";
import type { KernelConnection } from "#server/ports/kernels.ts";
import { executeReplySchema, type KernelInfo, type KernelMessage, kernelInfoSchema, readKernelMessage } from "./messages.ts";
import { createWire, type OutgoingMessage, type WireMessage } from "./wire.ts";

export type ExecuteOptions = {
  /** Called in order, one at a time; a promise makes the next message wait. A throw ends the execution with that error. */
  readonly onMessage?: (message: KernelMessage) => void | Promise<void>;
  /** Runs without a number in the kernel's history and without an echo of the source. */
  readonly silent?: boolean;
};

export type ExecuteReply = {
  /** "aborted": the kernel skipped it, the client was closed, or one message was above the limit (then outputs are lost, and it still runs). */
  readonly status: "ok" | "error" | "aborted";
  readonly executionCount: number | null;
  readonly errorName?: string;
  readonly errorMessage?: string;
  /** The kernel wrote faster than anybody could read, so that messages were dropped, or one was above the limit. */
  readonly outputsLost: boolean;
};

export type KernelClient = {
  /** Resolves after both the reply and the idle status of this request arrived, so that no output is missing. */
  execute(source: string, options?: ExecuteOptions): Promise<ExecuteReply>;
  kernelInfo(): Promise<KernelInfo>;
  /** Frames refused since the start. */
  readonly refused: { malformed: number; badSignature: number };
  /** Executions under way end as "aborted". */
  close(): void;
};

export type ConnectOptions = { readonly timeoutMs?: number; readonly maxMessageBytes?: number; readonly signal?: AbortSignal };

type Pending = {
  readonly onMessage: ExecuteOptions["onMessage"];
  readonly settle: (outcome: { reply: WireMessage; outputsLost: boolean } | "closed" | "cut" | { thrown: unknown }) => void;
  reply: WireMessage | null;
  idle: boolean;
  outputsLost: boolean;
};

/** A kernel that is slow to say "idle" is asked again this often; the answer proves that "idle" was lost. */
const idleProbeMs = 1000;
const subscribeProbeMs = 50;
/** Messages that wait in memory for us; a kernel ahead by more loses some, and the reply says so. */
const highWaterMark = 10_000;

/** Connects and waits until the kernel's outputs really arrive here. Rejects when it does not answer in time. */
export async function connectKernel(connection: KernelConnection, options: ConnectOptions = {}): Promise<KernelClient> {
  const client = createClient(connection, options.maxMessageBytes ?? 64 * 1024 * 1024);
  const deadline = performance.now() + (options.timeoutMs ?? 60_000);
  // A subscription takes effect some time after it is made: ask until an answer comes on that channel.
  while (!client.isSubscribed()) {
    if (options.signal?.aborted || performance.now() > deadline) {
      client.close();
      throw new Error("The kernel does not answer.");
    }
    client.probe();
    await client.subscribedWithin(subscribeProbeMs);
  }
  return client;
}

function createClient(connection: KernelConnection, maxMessageBytes: number) {
  const wire = createWire(connection.key);
  const refused = { malformed: 0, badSignature: 0 };
  const socketOptions = { linger: 0, reconnectInterval: 10, maxMessageSize: maxMessageBytes } as const;
  const shell = new Dealer({ ...socketOptions, sendHighWaterMark: 1000 });
  const iopub = new Subscriber({ ...socketOptions, receiveHighWaterMark: highWaterMark });
  const pending = new Map<string, Pending>();
  const probes = new Set<string>();
  const subscribed = Promise.withResolvers<void>();
  let isSubscribed = false;
  let closed = false;
  let sending: Promise<unknown> = Promise.resolve();

  const receive = (frames: Buffer[]): WireMessage | null => {
    const message = wire.parse(frames);
    if (typeof message === "object") return message;
    if (message === "bad_signature") refused.badSignature += 1;
    else refused.malformed += 1;
    return null;
  };

  /** ZeroMQ allows one send at a time per socket. */
  const send = (message: OutgoingMessage): string => {
    const { id, frames } = wire.serialise(message);
    sending = sending.then(() => (closed ? undefined : shell.send(frames))).catch(() => undefined);
    return id;
  };

  const settleIfComplete = (id: string, request: Pending) => {
    if (!request.reply || !request.idle) return;
    pending.delete(id);
    request.settle({ reply: request.reply, outputsLost: request.outputsLost });
  };

  const onReply = (message: WireMessage) => {
    const request = message.parentId === null ? undefined : pending.get(message.parentId);
    if (!request || !message.type.endsWith("_reply")) return;
    request.reply = message;
    settleIfComplete(message.parentId as string, request);
  };

  const onBroadcast = async (message: WireMessage) => {
    isSubscribed = true;
    subscribed.resolve();
    if (message.parentId === null) return;
    if (probes.delete(message.parentId)) return declareLateIdle();
    const request = pending.get(message.parentId);
    if (!request) return;
    const read = readKernelMessage(message);
    if (!read) {
      refused.malformed += 1;
    } else if (read.type === "status" && read.content.execution_state === "idle") {
      request.idle = true;
      settleIfComplete(message.parentId, request);
    } else {
      await handOver(message.parentId, request, read);
    }
  };

  const handOver = async (id: string, request: Pending, message: KernelMessage) => {
    try {
      const waiting = request.onMessage?.(message);
      if (waiting) await waiting;
    } catch (error) {
      pending.delete(id);
      request.settle({ thrown: error });
    }
  };

  /** The channel keeps its order: when the answer to a later question is here, an earlier "idle" will not come any more. */
  const declareLateIdle = () => {
    for (const [id, request] of pending) {
      if (!request.reply || request.idle) continue;
      request.idle = true;
      request.outputsLost = true;
      settleIfComplete(id, request);
    }
  };

  const probe = () => {
    // Only the newest few can still be answered in a useful way.
    if (probes.size >= 100) probes.clear();
    probes.add(send({ type: "kernel_info_request", content: {} }));
  };
  const idleTimer = setInterval(() => {
    if ([...pending.values()].some((request) => request.reply && !request.idle)) probe();
  }, idleProbeMs);
  idleTimer.unref();

  const ask = (message: OutgoingMessage, onMessage?: ExecuteOptions["onMessage"]) => {
    const { promise, resolve } = Promise.withResolvers<Parameters<Pending["settle"]>[0]>();
    if (closed) return Promise.resolve("closed" as const);
    pending.set(send(message), { onMessage, settle: resolve, reply: null, idle: false, outputsLost: false });
    return promise;
  };

  const endAll = (outcome: "closed" | "cut") => {
    for (const request of pending.values()) request.settle(outcome);
    pending.clear();
  };

  const close = () => {
    if (closed) return;
    closed = true;
    clearInterval(idleTimer);
    endAll("closed");
    subscribed.resolve();
    shell.close();
    iopub.close();
  };

  connectAgain(shell, connection.shell, () => endAll("cut"));
  connectAgain(iopub, connection.iopub, () => endAll("cut"));
  iopub.subscribe();
  void readAll(shell, receive, onReply, () => closed);
  void readAll(iopub, receive, onBroadcast, () => closed);

  return {
    refused,
    probe,
    close,
    isSubscribed: () => isSubscribed,
    subscribedWithin: (ms: number) => withTimeout(subscribed.promise, ms),
    async execute(source: string, options: ExecuteOptions = {}): Promise<ExecuteReply> {
      const silent = options.silent ?? false;
      const content = { code: source, silent, store_history: !silent, user_expressions: {}, allow_stdin: false, stop_on_error: true };
      const outcome = await ask({ type: "execute_request", content }, options.onMessage);
      if (outcome === "closed" || outcome === "cut") return { status: "aborted", executionCount: null, outputsLost: outcome === "cut" };
      if ("thrown" in outcome) throw outcome.thrown;
      return readExecuteReply(outcome.reply, outcome.outputsLost);
    },
    async kernelInfo(): Promise<KernelInfo> {
      const outcome = await ask({ type: "kernel_info_request", content: {} });
      if (outcome === "closed" || outcome === "cut" || "thrown" in outcome) throw new Error("The connection to the kernel was closed.");
      return kernelInfoSchema.parse(outcome.reply.content);
    },
  };
}

/**
 * Connects, and again when the connection ends. One that ends and comes back was cut by us, for a message above the limit:
 * a dead kernel does not come back. ZeroMQ itself never tries again after a cut, and says nothing more.
 */
function connectAgain(socket: Dealer | Subscriber, address: string, onCut: () => void): void {
  let wasCut = false;
  socket.events.on("disconnect", () => {
    if (socket.closed) return;
    wasCut = true;
    // To an address that it has already ZeroMQ connects no second time.
    socket.disconnect(address);
    socket.connect(address);
  });
  socket.events.on("connect", () => {
    if (!wasCut) return;
    wasCut = false;
    onCut();
  });
  socket.connect(address);
}

async function readAll(
  socket: Dealer | Subscriber,
  receive: (frames: Buffer[]) => WireMessage | null,
  handle: (message: WireMessage) => void | Promise<void>,
  isClosed: () => boolean,
): Promise<void> {
  while (!isClosed()) {
    let frames: Buffer[];
    try {
      frames = await socket.receive();
    } catch {
      // Closing a socket ends its receive with an error; any other error leaves a socket that cannot be read either.
      return;
    }
    const message = receive(frames);
    if (message) await handle(message);
  }
}

function readExecuteReply(reply: WireMessage, outputsLost: boolean): ExecuteReply {
  const content = executeReplySchema.parse(reply.content);
  return {
    status: content.status === "ok" || content.status === "error" ? content.status : "aborted",
    executionCount: content.execution_count ?? null,
    ...(content.ename === undefined ? {} : { errorName: content.ename }),
    ...(content.evalue === undefined ? {} : { errorMessage: content.evalue }),
    outputsLost,
  };
}

async function withTimeout(promise: Promise<void>, ms: number): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([promise, late]);
  clearTimeout(timer);
}
