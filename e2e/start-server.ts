import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { createDockerEnvironments } from "#server/adapters/environments/docker/environments.ts";
import { loadConfig } from "#server/config.ts";
import { freePort } from "#server/free-port.ts";
import { createLogger } from "#server/log.ts";
import { startNginx, whyNoNginx } from "#tests/nginx.ts";
import { startSheaf } from "#tests/sheaf-server.ts";

export const administrator = { username: "keeper", password: "a long enough password" };

/**
 * One server for all journeys, on a folder that only its owner may enter (as mkdtemp makes it), with the demo
 * library and the journeys' own worksheets. Stopping proves that no process of it stays behind.
 */
export default async function startServer(): Promise<() => Promise<void>> {
  // While a journey is written: a server that stands already, with SHEAF_E2E_DATA naming its data folder.
  if (process.env.SHEAF_E2E_URL) return async () => {};
  const dataFolder = await mkdtemp(path.join(os.tmpdir(), "sheaf-e2e-"));
  const silent = await openSilentHost();
  process.env.SHEAF_E2E_SILENT_HOST = silent.host;
  const front = process.env.SHEAF_TEST_NGINX === "1" ? await chooseFront() : null;
  const server = await startSheaf({
    dataFolder,
    ...(front ? { port: front.gatewayPort } : {}),
    // One trusted proxy: each journey says its own address, so that limits for one address do not add up over all of them.
    environment: {
      SHEAF_ADMIN_USER: administrator.username,
      SHEAF_ADMIN_PASSWORD: administrator.password,
      SHEAF_TRUSTED_PROXIES: "1",
      SHEAF_IMPORT_ALLOW: silent.host,
      // Whether a network of containers leads anywhere is another thing on every machine.
      SHEAF_BUILD_NETWORK: "none",
      ...front?.environment,
    },
  });
  const nginx = front
    ? await startNginx({
        publicUrl: front.publicUrl,
        gateway: `127.0.0.1:${front.gatewayPort}`,
        decisions: front.decisions,
        port: front.port,
        alsoLocalhost: true,
      })
    : null;
  process.env.SHEAF_E2E_URL = server.publicUrl;
  process.env.SHEAF_E2E_DATA = dataFolder;
  try {
    const imported = await promisify(execFile)(process.execPath, ["e2e/import-worksheets.ts", dataFolder], { maxBuffer: 1 << 24 });
    process.stdout.write(imported.stdout);
  } catch (error) {
    await nginx?.close();
    await server.stop();
    throw new Error(`The journeys' worksheets could not be imported: ${error instanceof Error ? error.message : error}\n${server.output().slice(-3000)}`);
  }
  return async () => {
    await nginx?.close();
    const left = await server.stop();
    silent.close();
    await removeEnvironments(dataFolder);
    await rm(dataFolder, { recursive: true, force: true });
    if (left.length > 0) throw new Error(`After the server ended these processes were left:\n${left.map((seen) => `${seen.pid} ${seen.command}`).join("\n")}`);
  };
}

/** A container engine would keep what these journeys built: nobody would ever ask for it again. */
async function removeEnvironments(dataFolder: string): Promise<void> {
  if (process.env.SHEAF_KERNELS !== "docker") return;
  const config = loadConfig({ ...process.env, SHEAF_DATA: dataFolder });
  await createDockerEnvironments(config, createLogger("journeys", "error")).collect(new Set());
}

/** The same journeys with nginx in front (SHEAF_TEST_NGINX=1): its port is the public one. */
async function chooseFront() {
  const problem = whyNoNginx();
  if (problem !== null) throw new Error(problem);
  const [port, gatewayPort, decisionsPort] = [await freePort(), await freePort(), await freePort()];
  const publicUrl = `http://sheaf.localhost:${port}`;
  const decisions = `127.0.0.1:${decisionsPort}`;
  // nginx appends the address it sees to the one that a journey says.
  return { port, gatewayPort, publicUrl, decisions, environment: { SHEAF_URL: publicUrl, SHEAF_INTERNAL_LISTEN: decisions, SHEAF_TRUSTED_PROXIES: "2" } };
}

/** A host that takes every call and never answers, as one that imports would wait for. */
async function openSilentHost(): Promise<{ host: string; close: () => void }> {
  const server = createServer(() => {});
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    host: `127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
