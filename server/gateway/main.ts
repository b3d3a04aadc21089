import { type ChildMessage, type Health, summarizeHealth } from "#lib/gateway/health.ts";
import { loadConfig } from "#server/config.ts";
import { createLogger } from "#server/log.ts";
import { createGateway } from "./server.ts";

/** The gateway's process. The supervisor tells it how the others are, and waits to hear that it listens. */
const config = loadConfig();
const log = createLogger("gateway", config.logLevel);
let parts: Health["parts"] = {};

const { server, close } = createGateway({
  site: {
    publicUrl: config.publicUrl,
    port: config.port,
    development: config.development,
    uploadBytes: Math.max(config.visitor.uploadBytes, config.person.uploadBytes),
  },
  webPort: config.webPort,
  trustedProxies: config.trustedProxies,
  health: () => summarizeHealth(parts),
  log,
});

process.on("message", (message: ChildMessage) => {
  if (message.type === "health") parts = message.parts;
});
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void close().then(() => process.exit(0)));

server.once("error", (error: NodeJS.ErrnoException) => {
  log.fatal(
    { err: error },
    error.code === "EADDRINUSE" ? `Port ${config.port} is taken by another program: choose one with --port.` : "The gateway cannot listen.",
  );
  // The supervisor does not try this again at a first start (EX_CONFIG).
  process.exit(78);
});
server.listen(config.port, config.listen, () => {
  log.info({ port: config.port, listen: config.listen }, "gateway listens");
  process.send?.({ type: "ready" } satisfies ChildMessage);
});
