import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { freePort } from "#server/free-port.ts";
import { processesNaming, proportionalBytes } from "#tests/processes.ts";
import { pause } from "./measure-runs.ts";

export type HubFigures = { readonly version: string; readonly openMs: readonly number[]; readonly labBytes: number };

const turns = 5;
const patienceMs = 60_000;

/**
 * JupyterHub's own local spawner: from asking for a server over its API to the lab's first authenticated answer. Null
 * where there is none. `SHEAF_BENCH_HUB` says how to run one that is installed elsewhere ("chroot /srv/hub jupyterhub");
 * it must see this machine's /tmp and ports.
 */
export async function measureJupyterHub(): Promise<HubFigures | null> {
  const command = (process.env.SHEAF_BENCH_HUB ?? "jupyterhub").split(" ");
  const version = await firstLine([...command, "--version"]);
  if (version === null) return null;
  const folder = await mkdtemp(path.join(os.tmpdir(), "sheaf-hub-"));
  await chmod(folder, 0o755);
  const token = randomBytes(16).toString("hex");
  const [port, proxyPort, hubPort] = [await freePort(), await freePort(), await freePort()];
  await writeFile(path.join(folder, "config.py"), configuration({ folder, token, port, proxyPort, hubPort }));
  const [program = "", ...args] = command;
  const hub = spawn(program, [...args, "-f", path.join(folder, "config.py")], { cwd: folder, stdio: "ignore", detached: true });
  try {
    const ask = (method: string, address: string) =>
      fetch(`http://127.0.0.1:${port}${address}`, { method, headers: { authorization: `token ${token}` } }).catch(() => null);
    await until(async () => (await ask("GET", "/hub/api/"))?.status === 200);
    await ask("POST", "/hub/api/users/ada");
    const openMs: number[] = [];
    let labBytes = 0;
    for (let turn = 0; turn < turns; turn += 1) {
      const began = performance.now();
      await ask("POST", "/hub/api/users/ada/server");
      await until(async () => (await ask("GET", "/user/ada/api/status"))?.status === 200);
      openMs.push(performance.now() - began);
      labBytes = processesNaming("jupyterhub-singleuser").reduce((sum, seen) => sum + proportionalBytes(seen.pid), 0);
      await ask("DELETE", "/hub/api/users/ada/server");
      await until(
        async () =>
          Object.keys(((await (await ask("GET", "/hub/api/users/ada"))?.json()) as { servers?: object } | undefined)?.servers ?? { x: 1 }).length === 0,
      );
    }
    return { version, openMs, labBytes };
  } finally {
    await end(hub);
    await rm(folder, { recursive: true, force: true });
  }
}

type Places = { readonly folder: string; readonly token: string; readonly port: number; readonly proxyPort: number; readonly hubPort: number };

function configuration({ folder, token, port, proxyPort, hubPort }: Places): string {
  return `
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = "${folder}/home"
c.Spawner.args = ["--allow-root"]
c.Spawner.default_url = "/lab"
c.Spawner.poll_interval = 5
c.JupyterHub.bind_url = "http://127.0.0.1:${port}"
c.JupyterHub.hub_port = ${hubPort}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:${proxyPort}"
c.ConfigurableHTTPProxy.pid_file = "${folder}/proxy.pid"
c.JupyterHub.db_url = "sqlite:///${folder}/hub.sqlite"
c.JupyterHub.cookie_secret_file = "${folder}/cookie-secret"
c.JupyterHub.services = [{"name": "bench", "api_token": "${token}"}]
c.JupyterHub.load_roles = [{"name": "bench", "services": ["bench"], "scopes": ["admin:users", "admin:servers", "access:servers", "servers", "read:hub"]}]
`;
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const deadline = performance.now() + patienceMs; !(await holds()); await pause(20))
    if (performance.now() > deadline) throw new Error("JupyterHub did not answer in time.");
}

async function end(hub: ChildProcess): Promise<void> {
  if (hub.pid === undefined || hub.exitCode !== null) return;
  const gone = new Promise((resolve) => hub.once("exit", resolve));
  hub.kill("SIGTERM");
  await Promise.race([gone, pause(15_000)]);
  try {
    process.kill(-hub.pid, "SIGKILL");
  } catch {
    // All of it has ended.
  }
}

function firstLine([program = "", ...args]: readonly string[]): Promise<string | null> {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "ignore"] });
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  return new Promise((resolve) => {
    child.once("error", () => resolve(null));
    child.once("close", (code) => resolve(code === 0 ? (text.trim().split("\n")[0] ?? null) : null));
  });
}
