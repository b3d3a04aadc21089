import { spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "#server/free-port.ts";

type Started = { ok: true; url: string; stop(): Promise<void> } | { ok: false; reason: string };

/** A throwaway cluster of the newest PostgreSQL that Debian packages installed here, on a free port of the loopback address. */
export async function startDebianPostgres(): Promise<Started> {
  const base = "/usr/lib/postgresql";
  const versions = existsSync(base) ? readdirSync(base).filter((name) => /^\d+$/.test(name) && existsSync(path.join(base, name, "bin/initdb"))) : [];
  const newest = versions.map(Number).sort((a, b) => b - a)[0];
  if (newest === undefined) return { ok: false, reason: "Debian's postgresql is not installed here" };
  const bin = path.join(base, String(newest), "bin");
  const folder = mkdtempSync(path.join(os.tmpdir(), "sheaf-postgres-"));
  chmodSync(folder, 0o777);
  // PostgreSQL refuses to run as root; Debian's package made the user "postgres".
  const asUser = process.getuid?.() === 0 ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : [];
  const run = (command: string, ...args: string[]): string[] => [...asUser, path.join(bin, command), ...args];

  const [init = "", ...initArgs] = run("initdb", "-D", path.join(folder, "data"), "-U", "sheaf", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8");
  const made = spawnSync(init, initArgs, { encoding: "utf8", cwd: "/" });
  if (made.status !== 0) return { ok: false, reason: `initdb failed: ${made.stderr}` };
  const port = await freePort();
  const [server = "", ...serverArgs] = run(
    "postgres",
    "-D",
    path.join(folder, "data"),
    "-p",
    String(port),
    "-c",
    "listen_addresses=127.0.0.1",
    "-c",
    `unix_socket_directories=${folder}`,
    "-c",
    "max_connections=200",
  );
  const child = spawn(server, serverArgs, { stdio: "ignore", cwd: "/" });
  const stop = async (): Promise<void> => {
    const gone = new Promise((resolve) => child.once("exit", resolve));
    if (child.exitCode === null && child.kill("SIGINT")) await gone;
    rmSync(folder, { recursive: true, force: true });
  };
  for (let attempt = 0; attempt < 300; attempt++) {
    if (await answers(port)) return { ok: true, url: `postgres://sheaf@127.0.0.1:${port}/postgres`, stop };
    await sleep(100);
  }
  await stop();
  return { ok: false, reason: "Debian's PostgreSQL did not start within 30 s" };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
