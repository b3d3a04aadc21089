import { type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import type { Health } from "#lib/gateway/health.ts";

/** What the front door says itself, when nobody behind it is asked. */
const common = { "cache-control": "no-store", "x-content-type-options": "nosniff" };
const retryAfterSeconds = "3";

export function answerHealth(response: ServerResponse, method: string | undefined, part: "all" | "live" | "ready", health: Health, requestId: string): void {
  const good = part === "live" ? health.live : health.ready;
  const body = part === "live" ? { live: health.live } : part === "ready" ? { ready: health.ready } : health;
  response.writeHead(good ? 200 : 503, {
    ...common,
    "content-type": "application/json",
    "x-request-id": requestId,
    ...(good ? {} : { "retry-after": retryAfterSeconds }),
  });
  response.end(method === "HEAD" ? undefined : `${JSON.stringify(body)}\n`);
}

/** The same names that the API gives its problems. */
const problemTypes: Readonly<Record<number, string>> = {
  403: "urn:sheaf:problem:forbidden",
  404: "urn:sheaf:problem:not_found",
  413: "urn:sheaf:problem:too_large",
  503: "urn:sheaf:problem:unavailable",
};

/** An RFC 9457 problem document. */
export function answerProblem(response: ServerResponse, problem: { status: number; title: string; detail: string }, requestId: string): void {
  const { status, title, detail } = problem;
  const body = `${JSON.stringify({ type: problemTypes[status] ?? "about:blank", title, status, detail, instance: response.req.url?.split("?", 1)[0], requestId })}\n`;
  const retry = status === 503 ? { "retry-after": retryAfterSeconds } : {};
  // The rest of a refused request is not read, so the connection cannot carry another one.
  response.writeHead(status, {
    ...common,
    ...retry,
    "content-type": "application/problem+json",
    "content-length": Buffer.byteLength(body),
    connection: "close",
    "x-request-id": requestId,
  });
  response.end(response.req.method === "HEAD" ? undefined : body);
}

export function answerTooLarge(response: ServerResponse, limitBytes: number, requestId: string): void {
  answerProblem(response, { status: 413, title: "Too large", detail: `This request is too large: at most ${Math.floor(limitBytes / 1024)} KB.` }, requestId);
}

/** The web process is away: people get a page that comes back by itself, programs a problem document. */
export function answerUnavailable(request: IncomingMessage, response: ServerResponse, requestId: string): void {
  const wantsPage =
    (request.method === "GET" || request.method === "HEAD") && request.headers.accept?.includes("text/html") && !request.url?.startsWith("/api/");
  if (!wantsPage) {
    answerProblem(response, { status: 503, title: "Starting again", detail: "Sheaf is starting again. Please try once more in a few seconds." }, requestId);
    return;
  }
  const policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
  response.writeHead(503, {
    ...common,
    "content-type": "text/html; charset=utf-8",
    "retry-after": retryAfterSeconds,
    "content-security-policy": policy,
    "x-request-id": requestId,
  });
  response.end(request.method === "HEAD" ? undefined : startingAgainPage);
}

/** For a connection that has no response object: before its headers were understood, or once it asked to change protocol. */
export function refuseSocket(socket: Duplex, status: number, detail: string): void {
  if (socket.destroyed || !socket.writable) return;
  const body = `${JSON.stringify({ type: "about:blank", status, title: STATUS_CODES[status], detail })}\n`;
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`,
    "content-type: application/problem+json",
    "x-content-type-options: nosniff",
    `content-length: ${Buffer.byteLength(body)}`,
    "connection: close",
  ];
  socket.on("error", () => socket.destroy());
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
  setTimeout(() => socket.destroy(), 1_000).unref();
}

const startingAgainPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="${retryAfterSeconds}">
<title>Sheaf is starting again</title>
<style>
:root { color-scheme: light dark }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; font: 17px/1.6 ui-sans-serif, system-ui, sans-serif; background: #fbfaf7; color: #23272f }
main { max-width: 30rem; padding: 2rem }
h1 { font-size: 1.4rem; font-weight: 600; margin: 0 0 .5rem }
p { margin: 0 }
@media (prefers-color-scheme: dark) { body { background: #16181d; color: #e6e7ea } }
</style>
<main>
<h1>Sheaf is starting again</h1>
<p role="status">This page comes back by itself in a few seconds. Runs that were going on are kept.</p>
</main>
</html>
`;
