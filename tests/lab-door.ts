import http from "node:http";
import net from "node:net";
import type { Lab } from "#server/ports/kernels.ts";

/** Passes a browser on to a lab as the gateway does, and nothing else of it: puts the secret in. */
export async function openLabDoor(lab: Pick<Lab, "address" | "secret">): Promise<{ readonly origin: string; close(): Promise<void> }> {
  if (lab.address.kind !== "socket") throw new Error("This door leads to sockets.");
  const socketPath = lab.address.path;
  const withSecret = (headers: http.IncomingHttpHeaders) => ({ ...headers, authorization: `token ${lab.secret}` });
  const server = http.createServer((request, response) => {
    const onward = http.request({ socketPath, path: request.url, method: request.method, headers: withSecret(request.headers) }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  });
  server.on("upgrade", (request, socket, head) => {
    const onward = net.connect(socketPath, () => {
      const lines = Object.entries(withSecret(request.headers)).map(([name, value]) => `${name}: ${value}`);
      onward.write(`${request.method} ${request.url} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    for (const one of [onward, socket]) one.on("error", () => one.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as net.AddressInfo;
  return {
    // As a page's at localhost, so that both are of one site: a browser keeps nothing for a frame from elsewhere, and JupyterLab needs that.
    origin: `http://localhost:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
