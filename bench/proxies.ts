import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { freePort } from "#server/free-port.ts";
import type { Way } from "./press-small.ts";

export type OpenProxy = { readonly way: Way; readonly close: () => Promise<void> };

const run = promisify(execFile);
const configurableHttpProxy = "configurable-http-proxy@5.3.0";

/** JupyterHub's own proxy, fetched at a pinned version into a folder that goes away; null where the registry is out of reach. */
export async function openConfigurableHttpProxy(upstreamPort: number): Promise<OpenProxy | null> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "sheaf-bench-chp-"));
  try {
    await run("npm", ["install", "--prefix", folder, "--no-audit", "--no-fund", "--no-save", "--ignore-scripts", configurableHttpProxy], { timeout: 180_000 });
  } catch (error) {
    console.error(`${configurableHttpProxy} could not be had: ${(error as Error).message.slice(0, 200)}`);
    await rm(folder, { recursive: true, force: true });
    return null;
  }
  const [port, apiPort] = [await freePort(), await freePort()];
  const program = path.join(folder, "node_modules/configurable-http-proxy/bin/configurable-http-proxy");
  const child = spawn(
    process.execPath,
    [
      program,
      "--ip=127.0.0.1",
      `--port=${port}`,
      "--api-ip=127.0.0.1",
      `--api-port=${apiPort}`,
      `--default-target=http://127.0.0.1:${upstreamPort}`,
      "--log-level=error",
    ],
    { stdio: ["ignore", "ignore", "inherit"], env: { ...process.env, CONFIGPROXY_AUTH_TOKEN: "bench" } },
  );
  endsWithUs(child);
  await listens(port);
  return { way: { name: configurableHttpProxy.replace("@", " "), port, headers: {} }, close: () => end(child, folder) };
}

/** nginx as a proxy with upgrades and kept connections, asking nobody who somebody is; null where it is not installed. */
export async function openNginx(upstreamPort: number): Promise<OpenProxy | null> {
  const version = await run("nginx", ["-v"]).then(
    ({ stderr }) => /nginx\/([\d.]+)/.exec(stderr)?.[1] ?? null,
    () => null,
  );
  if (version === null) return null;
  const folder = await mkdtemp(path.join(os.tmpdir(), "sheaf-bench-nginx-"));
  const port = await freePort();
  await writeFile(path.join(folder, "nginx.conf"), nginxConfiguration(folder, port, upstreamPort));
  const child = spawn("nginx", ["-c", path.join(folder, "nginx.conf"), "-p", folder], { stdio: ["ignore", "ignore", "inherit"] });
  endsWithUs(child);
  await listens(port);
  return { way: { name: `nginx ${version}`, port, headers: {} }, close: () => end(child, folder) };
}

function nginxConfiguration(folder: string, port: number, upstreamPort: number): string {
  return `daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log;
${process.getuid?.() === 0 ? "user root;" : ""}
events { worker_connections 1024; }
http {
  access_log off; keepalive_requests 1000000000; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  map $http_upgrade $connection_header { default upgrade; '' ''; }
  upstream lab { server 127.0.0.1:${upstreamPort}; keepalive 64; }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://lab; proxy_http_version 1.1; proxy_buffering off; client_max_body_size 0;
      proxy_set_header Host $host; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_header;
      proxy_set_header X-Forwarded-For $remote_addr; proxy_read_timeout 3600s;
    }
  }
}
`;
}

/** Also where this process is given up in the middle of something. */
export function endsWithUs(child: ChildProcess): void {
  const kill = () => void child.kill("SIGTERM");
  process.once("exit", kill);
  child.once("close", () => process.off("exit", kill));
}

async function end(child: ChildProcess, folder: string): Promise<void> {
  const closed = once(child, "close");
  child.kill("SIGTERM");
  await closed;
  await rm(folder, { recursive: true, force: true });
}

export async function listens(port: number): Promise<void> {
  for (let tried = 0; tried < 300; tried++) {
    const isThere = await new Promise<boolean>((resolve) => {
      const socket = net.connect(port, "127.0.0.1", () => {
        socket.destroy();
        resolve(true);
      });
      socket.once("error", () => resolve(false));
    });
    if (isThere) return;
    await pause(100);
  }
  throw new Error(`Nothing listens at port ${port}.`);
}
