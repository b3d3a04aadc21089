import type { IncomingMessage, ServerResponse } from "node:http";
import { labProtections } from "#lib/gateway/lab-headers.ts";
import { wantsPage } from "#lib/gateway/lab-request.ts";
import { routes } from "#lib/routes.ts";

/** What the door says itself on a lab's host, in the frame or in a window of its own. */
export type LabSaying = keyof typeof sayings;

const sayings = {
  noPass: {
    status: 401,
    title: "Open this lab from its project",
    detail: "This browser was not let in here, or its sign-in has ended. The files are safe in the project.",
  },
  usedTicket: { status: 403, title: "This way in has been used", detail: "A link into a lab works once, for a minute. Open the lab from its project again." },
  notYours: { status: 403, title: "This lab belongs to somebody else", detail: "Only the person who opened a lab can use it." },
  elsewhere: { status: 403, title: "Another site asked", detail: "A lab answers its own pages only." },
  stopped: {
    status: 503,
    title: "This lab is not running",
    detail: "What was saved is in the project. Start it again from the project's page: unsaved documents in an open page stay there.",
  },
  tooMany: { status: 503, title: "Too much at once", detail: "This lab has too many connections open. Close some of its pages or terminals." },
  away: { status: 503, title: "Sheaf is starting again", detail: "Please try once more in a few seconds. Nothing that was saved is lost." },
  broken: {
    status: 502,
    title: "The lab did not answer",
    detail: "The lab's answer could not be read. If this stays so, stop it and start it again from its project.",
  },
  nothing: { status: 404, title: "Nothing here", detail: "There is nothing at this address." },
} as const;

export type SayTo = { readonly request: IncomingMessage; readonly response: ServerResponse; readonly requestId: string };

/** A small page for a person, a problem document for a program: JupyterLab in an open page must never be led elsewhere. */
export function sayAtLab({ request, response, requestId }: SayTo, saying: LabSaying, site: { publicUrl: string; basePath: string }): void {
  const { status, title, detail } = sayings[saying];
  const page = wantsPage({ method: request.method ?? "GET", accept: request.headers.accept, fetchMode: request.headers["sec-fetch-mode"]?.toString() });
  const body = page
    ? pageOf(title, detail, `${site.publicUrl}${routes.running()}`)
    : `${JSON.stringify({ type: `urn:sheaf:problem:lab_${saying}`, title, status, detail, message: detail, requestId })}\n`;
  const protections = labProtections({ requestId, pageOrigin: new URL(site.publicUrl).origin, basePath: site.basePath });
  response.writeHead(status, [
    ...protections,
    ...(page ? ["content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"] : []),
    ...["content-type", page ? "text/html; charset=utf-8" : "application/problem+json"],
    ...["content-length", String(Buffer.byteLength(body)), "cache-control", "no-store"],
    ...(status === 503 ? ["retry-after", "3"] : []),
    // What is left of a refused body is not read, so the connection cannot carry another request.
    ...(request.complete || status === 503 ? [] : ["connection", "close"]),
  ]);
  response.end(request.method === "HEAD" ? undefined : body);
}

export function sayingOf(saying: LabSaying): { readonly status: number; readonly detail: string } {
  return sayings[saying];
}

/** In the frame our page may not be left, so that the way out opens beside it. */
function pageOf(title: string, detail: string, address: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>
:root { color-scheme: light dark }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; font: 17px/1.6 ui-sans-serif, system-ui, sans-serif; background: #fbfaf7; color: #23272f }
main { max-width: 32rem; padding: 2rem }
h1 { font-size: 1.4rem; font-weight: 600; margin: 0 0 .5rem }
p { margin: 0 0 1rem }
a { color: #17566f }
@media (prefers-color-scheme: dark) { body { background: #16181d; color: #e6e7ea } a { color: #84cfe6 } }
</style>
<main>
<h1>${title}</h1>
<p>${detail}</p>
<p><a href="${address.replaceAll("&", "&amp;").replaceAll('"', "&quot;")}" target="_blank" rel="noreferrer">What of mine runs</a></p>
</main>
</html>
`;
}
