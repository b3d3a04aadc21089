import http from "node:http";
import type { LabAddress } from "#server/ports/kernels.ts";

/** What the servers of labs say of themselves is short; more would be no answer. */
const limitBytes = 4 * 1024 * 1024;

/** The JSON that a lab's server answers, asked as its own; null where it gives none in time. `path` begins with the lab's base path. */
export function askLab(lab: { readonly address: LabAddress; readonly secret: string }, path: string, timeoutMs = 10_000): Promise<unknown> {
  const { address } = lab;
  const where = address.kind === "socket" ? { socketPath: address.path } : { host: address.host, port: address.port };
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const request = http.get({ ...where, path, headers: { authorization: `token ${lab.secret}`, host: "lab" }, agent: false }, (response) => {
    let text = "";
    response.setEncoding("utf8");
    response.on("data", (chunk: string) => {
      text += chunk;
      if (text.length > limitBytes) request.destroy();
    });
    response.once("end", () => resolve(response.statusCode === 200 ? parse(text) : null));
    response.once("error", () => resolve(null));
  });
  const timer = setTimeout(() => request.destroy(), timeoutMs);
  request.once("error", () => resolve(null));
  request.once("close", () => {
    clearTimeout(timer);
    resolve(null);
  });
  return promise;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
