import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import Docker from "dockerode";
import { loadConfig } from "#server/config.ts";

const run = promisify(execFile);
const projectFolder = path.resolve(import.meta.dirname, "..");

export type SwarmNode = {
  readonly name: string;
  readonly docker: Docker;
  readonly address: string;
  /** The `docker` program, speaking to this node. */
  say(...words: string[]): Promise<string>;
  /** Brings a stack up; what the files ask of the environment is in `settings`. */
  deploy(stack: string, files: readonly string[], settings: Readonly<Record<string, string>>): Promise<string>;
  /** As a machine dies: every process of it at once. */
  kill(): Promise<void>;
};

const network = { name: "sheaf-test-nodes", subnet: "10.219.7.0/24" };
/** Nobody listens there: what is not on a node is not looked for for long. */
const nowhere = "127.0.0.1:9";
/** An image of nothing but folders: its containers run programs of this machine, which they see read-only. */
export const emptyImage = `${nowhere}/sheaf-empty:test`;
const folders = ["usr", "etc", "proc", "sys", "dev", "run", "tmp", "root", "opt", "var/lib/docker", "srv", "sockets"];

/** Why nodes cannot be had here; null where they can. */
export const whyNoNodes = await (async (): Promise<string | null> => {
  if (process.getuid?.() !== 0) return "machines as containers need root";
  if (!process.execPath.startsWith("/usr/") && !process.execPath.startsWith(`${projectFolder}/`)) return "Node is where nodes would not see it";
  try {
    const driver = (await docker(loadConfig().docker.address, ["info", "--format", "{{.Driver}}"])).trim();
    return driver === "overlay2" ? null : `the container engine keeps images by ${driver}, not overlay2`;
  } catch (error) {
    return `no container engine answers to the program docker: ${error instanceof Error ? error.message : error}`;
  }
})();

/** A node's first process: what of the machine is shown to it read-only becomes its own, within its own namespaces. */
const entry = `#!/bin/bash
mount -o remount,bind,rw /sys
mount -o remount,bind,rw /sys/fs/cgroup
for folder in /sys/fs/cgroup/*; do mountpoint -q $folder && mount -o remount,bind,rw $folder; done
mount -o remount,bind,rw /proc/sys
mount --make-rshared /
mkdir -p /run/sheaf /var/lib/sheaf
exec dockerd "$@"
`;
const privileges = ["--cap-add=ALL", "--cap-drop=SYS_RESOURCE", "--security-opt=seccomp=unconfined", "--security-opt=apparmor=unconfined"];
const devices = ["--security-opt=systempaths=unconfined", "--cgroupns=private", "--device-cgroup-rule=a *:* rwm", "--tmpfs=/run:exec", "--tmpfs=/tmp:exec"];

/**
 * Docker nodes as containers of the machine's own container engine, joined to a Swarm, the first one as its manager. Each has
 * the images of kernels and labs: their layers are those of that engine, which nobody writes to. `shared` are folders that all
 * of them see at the same path, as they would on a network's disk.
 */
export async function startSwarmNodes(count: number, shared: readonly string[]): Promise<{ nodes: readonly SwarmNode[]; stop(): Promise<void> }> {
  const { cacheFolder, docker: host } = loadConfig();
  await mkdir(cacheFolder, { recursive: true });
  const place = await mkdtemp(path.join(cacheFolder, "nodes-"));
  const outside = (...words: string[]): Promise<string> => docker(host.address, words);
  const names = Array.from({ length: count }, (_, index) => `${path.basename(place).toLowerCase()}-${index + 1}`);
  const stop = async (): Promise<void> => {
    for (const name of names) await outside("rm", "--force", "--volumes", name).catch(() => "");
    await outside("network", "rm", network.name).catch(() => "");
    await letNeighboursSpeak("-D");
    await rm(place, { recursive: true, force: true });
  };
  try {
    const root = JSON.parse(await outside("info", "--format", "{{json .DockerRootDir}}")) as string;
    await outside("network", "create", "--subnet", network.subnet, network.name);
    await letNeighboursSpeak("-I");
    await writeFile(path.join(place, "entry.sh"), entry);
    const archive = await emptyArchive(place);
    await outside("import", archive, emptyImage);
    const nodes: SwarmNode[] = [];
    for (const name of names) nodes.push(await startNode({ name, place, root, outside, shared }));
    const [manager, ...workers] = nodes;
    if (!manager) throw new Error("A swarm without nodes was asked for.");
    for (const node of nodes) await node.say("import", archive, emptyImage);
    await manager.say("swarm", "init", "--advertise-addr", manager.address, "--default-addr-pool", "10.220.0.0/16");
    const token = (await manager.say("swarm", "join-token", "--quiet", "worker")).trim();
    for (const node of workers) await node.say("swarm", "join", "--token", token, `${manager.address}:2377`);
    return { nodes, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

type NodePlace = {
  readonly name: string;
  readonly place: string;
  readonly root: string;
  readonly outside: (...words: string[]) => Promise<string>;
  readonly shared: readonly string[];
};

async function startNode({ name, place, root, outside, shared }: NodePlace): Promise<SwarmNode> {
  const own = path.join(place, name);
  await mkdir(path.join(own, "run"), { recursive: true });
  const layers = await shareLayers(root, path.join(own, "docker"));
  const mounts = ["/usr:/usr:ro", "/etc/alternatives:/etc/alternatives:ro", `${own}/docker:/var/lib/docker`, `${own}/run:/sockets`];
  const all = [
    ...mounts,
    ...layers.map((folder) => `${folder}:${folder}:ro`),
    `${place}/entry.sh:/entry.sh:ro`,
    ...shared.map((folder) => `${folder}:${folder}`),
  ].flatMap((mount) => ["--volume", mount]);
  const words = ["/usr/bin/bash", "/entry.sh", "--host=unix:///sockets/docker.sock", "--host=unix:///run/docker.sock", "--no-new-privileges"];
  await outside("run", "--detach", "--name", name, "--hostname", name, "--network", network.name, ...privileges, ...devices, ...all, emptyImage, ...words);
  const address = (await outside("inspect", "--format", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", name)).trim();
  const socketPath = path.join(own, "run/docker.sock");
  const engine = new Docker({ socketPath });
  for (const deadline = performance.now() + 120_000; ; await sleep(200)) {
    if (await engine.ping().then(Boolean, () => false)) break;
    if (performance.now() > deadline) throw new Error(`A node did not come up: ${await outside("logs", "--tail", "20", name)}`);
  }
  const host = `unix://${socketPath}`;
  return {
    name,
    docker: engine,
    address,
    say: (...more) => docker(host, more),
    deploy: (stack, files, settings) =>
      docker(host, ["stack", "deploy", "--resolve-image", "never", ...files.flatMap((file) => ["--compose-file", file]), stack], settings),
    kill: async () => void (await outside("kill", "--signal", "KILL", name)),
  };
}

/** The same images without a copy: a layer's files are read where they are, and what a container adds is the node's own. Answers where they are. */
async function shareLayers(root: string, to: string): Promise<string[]> {
  const places = new Set<string>();
  await mkdir(path.join(to, "overlay2"), { recursive: true });
  await cp(path.join(root, "image"), path.join(to, "image"), { recursive: true });
  await cp(path.join(root, "overlay2/l"), path.join(to, "overlay2/l"), { recursive: true, verbatimSymlinks: true });
  for (const layer of await readdir(path.join(root, "overlay2"))) {
    if (layer === "l") continue;
    const from = await realpath(path.join(root, "overlay2", layer));
    const into = path.join(to, "overlay2", layer);
    places.add(path.dirname(from));
    await mkdir(path.join(into, "work"), { recursive: true });
    await symlink(path.join(from, "diff"), path.join(into, "diff"));
    for (const file of ["link", "lower", "committed"]) await cp(path.join(from, file), path.join(into, file)).catch(() => undefined);
  }
  return [...places];
}

async function emptyArchive(place: string): Promise<string> {
  const root = path.join(place, "root");
  for (const folder of folders) await mkdir(path.join(root, folder), { recursive: true });
  // A first process of Docker's own is laid into sbin.
  await mkdir(path.join(root, "sbin"));
  for (const name of ["bin", "lib", "lib64"]) await symlink(`usr/${name}`, path.join(root, name));
  await symlink("../run", path.join(root, "var/run"));
  await writeFile(path.join(root, "etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
  await writeFile(path.join(root, "etc/group"), "root:x:0:\n");
  const archive = path.join(place, "empty.tar");
  await run("tar", ["--create", "--file", archive, "--directory", root, "."]);
  return archive;
}

/** Where a packet filter drops what passes between containers of one bridge, as some engines leave it behind. */
async function letNeighboursSpeak(what: "-I" | "-D"): Promise<void> {
  await run("iptables", [what, "FORWARD", "-s", network.subnet, "-d", network.subnet, "-j", "ACCEPT"]).catch(() => undefined);
}

async function docker(address: string, words: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<string> {
  const { stdout, stderr } = await run("docker", ["--host", address, ...words], { maxBuffer: 16 * 1024 * 1024, env: { ...process.env, ...environment } });
  // What services wrote to either.
  return words.includes("logs") ? `${stdout}${stderr}` : stdout;
}
