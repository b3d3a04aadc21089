import { rmSync } from "node:fs";
import type { ListenOptions } from "node:net";
import type { Site } from "#lib/gateway/decide.ts";
import { type ChildMessage, type Health, summarizeHealth } from "#lib/gateway/health.ts";
import { loadConfig } from "#server/config.ts";
import { openStore } from "#server/container.ts";
import { labFrameSource } from "#server/lab-address.ts";
import { createLogger } from "#server/log.ts";
import { collectMetrics } from "./collect-metrics.ts";
import { createInternalServer } from "./internal-server.ts";
import { createLabDoor } from "./lab-door.ts";
import { createGateway } from "./server.ts";
import { watchParts } from "./watch-parts.ts";

/** The gateway's process. The supervisor tells it how the others are, and waits to hear that it listens. */
const config = loadConfig();
const log = createLogger("gateway", config.logLevel);
let parts: Health["parts"] = {};
const started = new Date().toISOString();

if (config.secret === null) throw new Error("SHEAF_SECRET is not set: `sheaf up` gives it to its processes.");
// Only labs are looked up in it, and sign-ins now and then: a few connections are plenty.
const store = openStore(config, "gateway", 3);
const labs = createLabDoor({ store, secret: config.secret, publicUrl: config.publicUrl, log });
const site: Site = {
  publicUrl: config.publicUrl,
  port: config.port,
  development: config.development,
  uploadBytes: Math.max(config.visitor.uploadBytes, config.person.uploadBytes),
  projects: { fileBytes: config.projects.fileBytes, importBytes: config.projects.importBytes },
  labs: { hosts: config.labs.hosts, port: config.labs.port, bodyBytes: config.person.homeBytes },
};
const { server, labServer, close } = createGateway({
  site,
  labs,
  labFrames: labFrameSource(config),
  webPort: config.webPort,
  webHost: config.webHost,
  trustedProxies: config.trustedProxies,
  health: () => summarizeHealth(parts),
  log,
});

const internal =
  config.internalListen === null ? null : createInternalServer({ site, labs, log, metrics: () => collectMetrics(store, summarizeHealth(parts), new Date()) });

process.on("message", (message: ChildMessage) => {
  if (message.type === "health") parts = message.parts;
});
const watching = process.channel
  ? null
  : watchParts({ store, web: { host: config.webHost, port: config.webPort } }, (seen) => {
      parts = { ...seen, gateway: { state: "ready", since: started } };
    });
for (const signal of ["SIGTERM", "SIGINT"] as const)
  process.once(signal, () => {
    watching?.stop();
    internal?.close();
    internal?.closeAllConnections();
    const closed = close().then(() => store.close());
    void closed.finally(() => process.exit(0));
  });

function listen(one: typeof server, at: ListenOptions, option: string): Promise<void> {
  return new Promise((resolve) => {
    one.once("error", (error: NodeJS.ErrnoException) => {
      const taken = `${at.path ?? `Port ${at.port}`} is taken by another program: choose one with ${option}.`;
      log.fatal({ err: error }, error.code === "EADDRINUSE" ? taken : "The gateway cannot listen.");
      // The supervisor does not try this again at a first start (EX_CONFIG).
      process.exit(78);
    });
    one.listen(at, resolve);
  });
}

/** "unix:/path", for those who may write there, or "host:port". */
function innerPlace(text: string): ListenOptions {
  const colon = text.lastIndexOf(":");
  if (!text.startsWith("unix:")) return { host: text.slice(0, colon), port: Number(text.slice(colon + 1)) };
  const path = text.slice("unix:".length);
  // Left by a gateway that was killed: nobody listens there.
  rmSync(path, { force: true });
  return { path };
}

await listen(server, { host: config.listen, port: config.port }, "--port");
if (labServer) await listen(labServer, { host: config.listen, port: config.labs.port }, "SHEAF_LAB_PORT");
if (internal && config.internalListen !== null) await listen(internal, innerPlace(config.internalListen), "SHEAF_INTERNAL_LISTEN");
log.info({ port: config.port, listen: config.listen, ...(labServer ? { labPort: config.labs.port } : {}) }, "gateway listens");
process.send?.({ type: "ready" } satisfies ChildMessage);
