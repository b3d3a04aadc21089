import { randomInt } from "node:crypto";
import net from "node:net";

/** Below the ports that operating systems take for calls going out, one of which might be begun before the server is. */
const [lowest, highest] = [20_000, 32_000];
const tries = 200;

/** A port of the loopback that nobody listens on at this moment. Throws when none is found. */
export async function freePort(): Promise<number> {
  for (let tried = 0; tried < tries; tried++) {
    const port = randomInt(lowest, highest);
    if (await canListen(port)) return port;
  }
  throw new Error(`No port of 127.0.0.1 between ${lowest} and ${highest} is free.`);
}

function canListen(port: number): Promise<boolean> {
  const server = net.createServer();
  return new Promise((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
