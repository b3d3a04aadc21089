import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import net, { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { nginxConfig } from "#server/cli/nginx-config.ts";

/** Why no nginx can be started here; null where one can. */
export function whyNoNginx(): string | null {
  const found = spawnSync("nginx", ["-v"], { env: withSbin() });
  return found.error ? "nginx is not installed: apt-get install nginx" : null;
}

export type RunningNginx = { readonly port: number; close(): Promise<void> };

/** A real nginx with the configuration that operators get, before a gateway of a test. */
export async function startNginx(to: { publicUrl: string; gateway: string; decisions: string }): Promise<RunningNginx> {
  const folder = mkdtempSync(path.join(tmpdir(), "sheaf-nginx-"));
  const port = await freePort();
  const config = path.join(folder, "nginx.conf");
  // As whoever runs the tests: labs' sockets are theirs.
  const main = process.getuid?.() === 0 ? "user root;" : "";
  writeFileSync(config, await nginxConfig({ ...to, runFolder: folder, listen: `127.0.0.1:${port}`, tls: null, accessLog: "off", main }));
  const child = spawn("nginx", ["-c", config, "-p", folder, "-g", "daemon off;"], { stdio: ["ignore", "ignore", "pipe"], env: withSbin() });
  let said = "";
  child.stderr?.on("data", (chunk) => (said += chunk));
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  while (!(await listens(port))) {
    if (child.exitCode !== null) throw new Error(`nginx did not start: ${said}`);
    await pause(20);
  }
  return {
    port,
    async close() {
      stop(child);
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function stop(child: ChildProcess): void {
  child.kill("SIGTERM");
}

/** Debian keeps it where ordinary people's shells do not look. */
function withSbin(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` };
}

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}
