import http from "node:http";
import { decide, type Site } from "#lib/gateway/decide.ts";
import { type Metric, metricsType, printMetrics } from "#lib/operation/print-metrics.ts";
import type { Logger } from "#server/log.ts";
import { type Asked, incoming } from "./incoming.ts";
import type { LabDoor } from "./lab-door.ts";

export type InternalOptions = { readonly site: Site; readonly labs: LabDoor; readonly log: Logger; readonly metrics: () => Promise<readonly Metric[]> };

/**
 * For the other servers of this house alone: bound to this machine or to a network that nobody else is in.
 * `GET /decide` is asked by nginx (auth_request) about a request for a lab's host: 204 with the way to the lab, or 403,
 * after which nginx brings the request itself to the gateway, which decides and answers as always.
 * `GET /metrics` is for Prometheus.
 */
export function createInternalServer(options: InternalOptions): http.Server {
  return http.createServer({ maxHeaderSize: 32_768, headersTimeout: 15_000 }, (request, response) => {
    if (request.url === "/decide") void answerDecision(options, request, response);
    else if (request.url === "/metrics") void answerMetrics(options, response);
    else response.writeHead(404).end();
  });
}

async function answerMetrics({ metrics, log }: InternalOptions, response: http.ServerResponse): Promise<void> {
  try {
    response.writeHead(200, { "content-type": metricsType }).end(printMetrics(await metrics()));
  } catch (error) {
    log.error({ err: error }, "the figures could not be had");
    response.destroy();
  }
}

async function answerDecision({ site, labs, log }: InternalOptions, request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  try {
    const asked = originalOf(request);
    const decision = decide(incoming(asked), site);
    const way = decision.kind === "lab" ? await labs.direct(decision, asked) : null;
    if (way === null) response.writeHead(403).end();
    else response.writeHead(204, { "x-lab-upstream": way.upstream, "x-lab-authorization": way.authorization, "x-lab-cookie": way.cookie }).end();
  } catch (error) {
    log.error({ err: error }, "a decision failed unexpectedly");
    response.writeHead(403).end();
  }
}

/** nginx asks with the request's own headers; what its question has of its own stands in headers that it overwrites. */
function originalOf({ headers, rawHeaders }: http.IncomingMessage): Asked {
  const said = (name: string) => headers[name]?.toString();
  const length = said("x-original-content-length");
  const encoding = said("x-original-transfer-encoding");
  const upgrade = said("x-original-upgrade");
  const { "content-length": _length, "transfer-encoding": _encoding, upgrade: _upgrade, ...rest } = headers;
  return {
    method: said("x-original-method") ?? "",
    url: said("x-original-uri") ?? "",
    headers: {
      ...rest,
      ...(length ? { "content-length": length } : {}),
      ...(encoding ? { "transfer-encoding": encoding } : {}),
      ...(upgrade ? { upgrade } : {}),
    },
    rawHeaders,
  };
}
