import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { nginxConfig } from "#server/cli/nginx-config.ts";
import { freePort } from "#server/free-port.ts";

/** Why no nginx can be started here; null where one can. */
export function whyNoNginx(): string | null {
  const found = spawnSync("nginx", ["-v"], { env: withSbin() });
  return found.error ? "nginx is not installed: apt-get install nginx" : null;
}

export type RunningNginx = { readonly port: number; close(): Promise<void> };

export type NginxBefore = {
  readonly publicUrl: string;
  readonly gateway: string;
  readonly decisions: string;
  /** Default: a free one. */
  readonly port?: number;
  /** Node resolves no name below localhost: tests that ask from it say `localhost` instead of the public name. */
  readonly alsoLocalhost?: boolean;
  readonly tls?: { readonly certificate: string; readonly key: string };
  /** Of one lab at once, in place of what operators get. */
  readonly connections?: number;
};

/** A real nginx with the configuration that operators get, before a gateway of a test. */
export async function startNginx({ port: asked, alsoLocalhost = false, tls, connections, ...to }: NginxBefore): Promise<RunningNginx> {
  const folder = mkdtempSync(path.join(tmpdir(), "sheaf-nginx-"));
  const port = asked ?? (await freePort());
  const config = path.join(folder, "nginx.conf");
  // As whoever runs the tests: labs' sockets are theirs.
  const main = process.getuid?.() === 0 ? "user root;" : "";
  const text = await nginxConfig({ ...to, runFolder: folder, listen: `127.0.0.1:${port}`, tls: tls ?? null, accessLog: "off", main });
  const served = alsoLocalhost ? servingLocalhost(text, port, to.gateway) : text;
  writeFileSync(config, connections === undefined ? served : served.replace(/limit_conn labs \d+/, `limit_conn labs ${connections}`));
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

/** The gateway knows `localhost` by its own port. */
function servingLocalhost(text: string, port: number, gateway: string): string {
  const map = `map $http_host $asked_host { default $http_host; "localhost:${port}" "localhost:${gateway.split(":")[1]}"; }`;
  return text
    .replace("server_name sheaf.localhost;", "server_name sheaf.localhost localhost;")
    .replaceAll("proxy_set_header Host $http_host;", "proxy_set_header Host $asked_host;")
    .replace("limit_conn_zone", `${map}\n  limit_conn_zone`);
}

function stop(child: ChildProcess): void {
  child.kill("SIGTERM");
}

/** Debian keeps it where ordinary people's shells do not look. */
function withSbin(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` };
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}
