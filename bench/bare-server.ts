/** The physical limit of one Node process: the same number of bytes, from memory, and nothing else. Prints its port. */
import { createServer } from "node:http";

const body = Buffer.alloc(Number(process.argv[2] ?? 20_000), "a");
const server = createServer((_, response) => response.writeHead(200, { "content-type": "text/html", "content-length": body.length }).end(body));
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address && typeof address === "object") console.log(address.port);
});
