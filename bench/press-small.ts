import net from "node:net";

/** A way to the stand-in: directly, or through a proxy that wants these headers. */
export type Way = { readonly name: string; readonly port: number; readonly headers: Readonly<Record<string, string>> };

/**
 * Requests a second: so many connections, each asking the same again as soon as it has read the answer. Asked and read as
 * cheaply as can be, because the asker shares the machine with what is measured. The first 200 ms are not counted.
 */
export async function pressSmall({ name, port, headers }: Way, path: string, seconds: number, connections: number): Promise<number> {
  const lines = Object.entries({ host: `127.0.0.1:${port}`, accept: "*/*", ...headers }).map(([key, value]) => `${key}: ${value}\r\n`);
  const asked = Buffer.from(`GET ${path} HTTP/1.1\r\n${lines.join("")}\r\n`);
  let answered = 0;
  let isOver = false;
  const sockets: net.Socket[] = [];
  const failed = new Promise<never>((_, reject) => {
    for (let number = 0; number < connections; number++) {
      const socket = net.connect({ port, host: "127.0.0.1", noDelay: true }, () => void socket.write(asked));
      sockets.push(socket);
      const read = createAnswerCounter();
      socket.on("data", (chunk: Buffer) => {
        const outcome = read(chunk);
        if (outcome === "part") return;
        if (outcome === "wrong") return reject(new Error(`${name} answered: ${chunk.toString("latin1").slice(0, 200)}`));
        answered++;
        if (!isOver) socket.write(asked);
      });
      socket.once("error", (error) => reject(new Error(`${name}: ${error.message}`)));
      socket.once("close", () => isOver || reject(new Error(`${name} closed a connection`)));
    }
  });
  try {
    await Promise.race([failed, passing(200)]);
    const [before, began] = [answered, performance.now()];
    await Promise.race([failed, passing(seconds * 1000)]);
    return (answered - before) / ((performance.now() - began) / 1000);
  } finally {
    isOver = true;
    for (const socket of sockets) socket.destroy();
  }
}

/** Tells whether an answer of status 200 with an announced length is whole. */
function createAnswerCounter(): (chunk: Buffer) => "whole" | "part" | "wrong" {
  let head = "";
  let left = -1;
  return (chunk) => {
    if (left < 0) {
      head += chunk.toString("latin1");
      const end = head.indexOf("\r\n\r\n");
      if (end < 0) return "part";
      const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
      if (!head.startsWith("HTTP/1.1 200") || length === undefined) return "wrong";
      left = end + 4 + Number(length) - head.length;
    } else left -= chunk.length;
    if (left > 0) return "part";
    head = "";
    const isWhole = left === 0;
    left = -1;
    return isWhole ? "whole" : "wrong";
  };
}

const passing = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
