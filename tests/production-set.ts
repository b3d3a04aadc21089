import { execFile, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { appendFile, cp, mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { makeFolder } from "#server/cli/init.ts";
import { runCommand } from "#server/cli/run-command.ts";
import { loadConfig } from "#server/config.ts";
import { freePort } from "#server/free-port.ts";

/** A production set as an operator has it: a folder of `./sheaf init`, and `docker compose` typed in it. */
export type ProductionSet = {
  readonly folder: string;
  readonly port: number;
  /** What it printed; throws with it when the command failed. */
  compose(...words: string[]): Promise<string>;
};

const run = promisify(execFile);
const root = path.resolve(import.meta.dirname, "..");
const suite = "trixie";
export const publicUrl = "http://sheaf.localhost";

const { address } = loadConfig().docker;
/** The builder that every engine has: no plugin is needed for it. */
const environment = { ...process.env, DOCKER_HOST: address, DOCKER_BUILDKIT: "0" };
const unpacked = path.join(loadConfig().cacheFolder, "compose", "docker-compose");

/** Why no production set can be started here; null where one can. */
export function whyNoSet(): string | null {
  if (process.getuid?.() !== 0) return "only root may give files of a house to its people";
  if (!address.startsWith("unix://")) return "the container engine is on another machine";
  const command = findCompose();
  if (command === null) return "docker compose is not installed";
  const [program = "", ...words] = command;
  const asked = spawnSync(program, [...words, "ls"], { env: environment, encoding: "utf8" });
  return asked.status === 0 ? null : `no container engine answers: ${asked.stderr.trim().slice(0, 200)}`;
}

/** The plugin where it is installed, else Debian's newer one, unpacked beside: its older releases have a compose that does not know the file. */
function findCompose(): readonly string[] | null {
  if (spawnSync("docker", ["compose", "version"]).status === 0) return ["docker", "compose"];
  return existsSync(unpacked) ? [unpacked] : null;
}

/** Null when there is a compose, fetched now where there was none; else why not. */
export async function ensureCompose(): Promise<string | null> {
  if (findCompose() !== null) return null;
  const folder = path.dirname(unpacked);
  await mkdir(folder, { recursive: true });
  const place = await mkdtemp(path.join(folder, "new-"));
  try {
    await mkdir(path.join(place, "lists/partial"), { recursive: true });
    const mirror = loadConfig().kernels.debianMirror ?? "http://deb.debian.org/debian";
    await writeFile(path.join(place, "sources"), `deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${mirror} ${suite} main\n`);
    const settings = [
      `Dir::Etc::sourcelist=${place}/sources`,
      "Dir::Etc::sourceparts=-",
      `Dir::State::lists=${place}/lists`,
      "Dir::Cache::pkgcache=",
      "Dir::Cache::srcpkgcache=",
      "APT::Sandbox::User=root",
    ];
    const apt = ["apt-get", "--quiet", ...settings.flatMap((setting) => ["--option", setting])];
    for (const words of [["update"], ["download", "docker-compose"]]) {
      const { code, output } = await runCommand([...apt, ...words], { cwd: place });
      if (code !== 0) return `Debian's docker-compose could not be fetched: ${output.slice(-300)}`;
    }
    const archive = (await readdir(place)).find((name) => name.endsWith(".deb")) ?? "";
    const { code, output } = await runCommand(["dpkg-deb", "--extract", path.join(place, archive), path.join(place, "files")]);
    if (code !== 0) return `Debian's docker-compose could not be unpacked: ${output.slice(-300)}`;
    await rename(path.join(place, "files/usr/libexec/docker/cli-plugins/docker-compose"), unpacked);
    return null;
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

/** The source as a clean checkout has it, and the authorities that this machine trusts beside the usual ones. */
export async function copySource(to: string): Promise<void> {
  const left = new Set([".git", ".next", ".sheaf", ".env", "data", "node_modules", "test-results", "playwright-report", "coverage", ".vitest"]);
  await cp(root, to, { recursive: true, filter: (from) => path.dirname(from) !== root || (!left.has(path.basename(from)) && !from.endsWith(".tsbuildinfo")) });
  const own = "/usr/local/share/ca-certificates";
  for (const name of await readdir(own).catch(() => [])) {
    if (name.endsWith(".crt")) await cp(path.join(own, name), path.join(to, "deploy/certificates", name));
  }
}

/** Made, not started. What a registry would give is built from Debian's packages. */
export async function makeSet(folder: string, name: string, source: string, settings: Readonly<Record<string, string>> = {}): Promise<ProductionSet> {
  await makeFolder(folder, new URL(publicUrl));
  const port = await freePort();
  const more = {
    COMPOSE_PROJECT_NAME: name,
    COMPOSE_FILE: "docker-compose.yml:from-debian.yml",
    SHEAF_SOURCE: source,
    SHEAF_IMAGE: "sheaf-app-tested",
    SHEAF_DOCKER_SOCKET: address.slice("unix://".length),
    SHEAF_HTTP_PORT: `127.0.0.1:${port}`,
    SHEAF_HTTPS_PORT: `127.0.0.1:${await freePort()}`,
    ...settings,
  };
  const lines = Object.entries(more).map(([key, value]) => `${key}=${value}\n`);
  await appendFile(path.join(folder, ".env"), lines.join(""));
  const [program = "", ...before] = findCompose() ?? [];
  return {
    folder,
    port,
    async compose(...words) {
      const { stdout, stderr } = await run(program, [...before, "--ansi", "never", ...words], { cwd: folder, env: environment, maxBuffer: 1e8 }).catch(
        (error: { stdout?: string; stderr?: string }) => {
          throw new Error(`docker compose ${words.join(" ")}:\n${`${error.stdout ?? ""}${error.stderr ?? ""}`.slice(-4000)}`);
        },
      );
      return stdout + stderr;
    },
  };
}
