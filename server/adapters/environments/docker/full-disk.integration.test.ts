import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import type Docker from "dockerode";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadConfig } from "#server/config.ts";
import { type SmallEngine, startSmallEngine } from "#tests/docker-engine.ts";
import { processesNaming } from "#tests/processes.ts";
import { openEngine } from "../../kernels/docker/engine.ts";
import { make } from "../make-for-a-test.ts";
import { dockerEnvironments, removeTestFolders, testOptions } from "./site-for-a-test.ts";

const run = promisify(execFile);
const base = "debian:trixie-slim";
const megabyte = 1024 * 1024;
const prefix = "sheaf-full-";

const reason = await (async (): Promise<string | null> => {
  if (await fails(run("dockerd", ["--version"]))) return "no dockerd is installed here";
  if (await fails(openEngine(loadConfig().docker.address).getImage(base).inspect())) return `the image ${base} is not here`;
  const place = await mkdtemp(path.join(os.tmpdir(), "sheaf-mount-"));
  try {
    await mountDisk(place, megabyte);
    await unmount(place);
    return null;
  } catch {
    return "this account may not mount a small disk";
  } finally {
    await rm(place, { recursive: true });
  }
})();
if (reason !== null) console.log(`skipped: ${reason}`);

function fails(doing: Promise<unknown>): Promise<boolean> {
  return doing.then(
    () => false,
    () => true,
  );
}

async function mountDisk(folder: string, bytes: number): Promise<void> {
  await run("mount", ["-t", "tmpfs", "-o", `size=${bytes},mode=0700`, "none", folder]);
}

/** Throws where it is still there: what is on it is never removed through it. */
async function unmount(folder: string): Promise<void> {
  if (await fails(run("umount", ["--recursive", folder]))) await run("umount", ["--recursive", "--lazy", folder]);
}

/** Also of a time that was broken off. */
async function removePlaces(): Promise<void> {
  for (const name of (await readdir(os.tmpdir())).filter((one) => one.startsWith(prefix))) {
    const place = path.join(os.tmpdir(), name);
    for (const { pid } of processesNaming(place)) process.kill(pid, "SIGKILL");
    for (const disk of await readdir(place)) if (!(await fails(run("mountpoint", [path.join(place, disk)])))) await unmount(path.join(place, disk));
    await rm(place, { recursive: true, force: true });
  }
}

/** A real engine upon a real disk with little room, and a house whose own folder may be on another one. */
describe.skipIf(reason !== null)("builds on a full disk", () => {
  let place: string;
  let engine: SmallEngine | null = null;

  beforeEach(async () => {
    await removePlaces();
    place = await mkdtemp(path.join(os.tmpdir(), prefix));
  });
  afterEach(async () => {
    await engine?.stop();
    engine = null;
    await removePlaces();
    removeTestFolders();
  });

  async function openDisk(name: string, bytes: number): Promise<string> {
    const folder = path.join(place, name);
    await mkdir(folder);
    await mountDisk(folder, bytes);
    return folder;
  }

  async function copyImage(from: Docker, to: Docker): Promise<void> {
    const answer = await to.loadImage(await from.getImage(base).get());
    await new Promise<void>((resolve, reject) => to.modem.followProgress(answer, (error) => (error ? reject(error) : resolve())));
  }

  const roomOf = async (folder: string): Promise<number> => Number((await run("df", ["--output=avail", "-B1", folder])).stdout.split("\n")[1]);

  test("say so while the container engine's is full, leave nothing on it, and go on when there is room", async () => {
    const options = testOptions();
    const disk = await openDisk("engine", 400 * megabyte);
    engine = await startSmallEngine(disk);
    const own = openEngine(engine.address);
    await copyImage(openEngine(options.docker.address), own);
    const environments = dockerEnvironments({ ...options, docker: { ...options.docker, address: engine.address }, baseImage: base });
    const before = await roomOf(disk);
    const large = { postBuild: `head -c ${before} /dev/zero > /opt/sheaf/environment/large\n` };
    const { outcome, lines } = await make(environments, large);
    expect(lines.join("\n")).toMatch(/no space left on device/i);
    expect(outcome).toMatchObject({ kind: "failed", mayPass: true });
    expect(outcome.kind === "failed" && outcome.message).toContain("The disk was full.");
    expect(await own.listContainers({ all: true })).toEqual([]);
    expect(before - (await roomOf(disk))).toBeLessThan(20 * megabyte);

    // The whole disk, so that not even the first step can be kept.
    await run("fallocate", ["-l", String((await roomOf(disk)) - 64 * 1024), path.join(disk, "others")]);
    const small = await make(environments, { postBuild: "echo it has grown\n" });
    expect(small.outcome).toMatchObject({ kind: "failed", mayPass: true });
    expect(small.outcome.kind === "failed" && small.outcome.message).toMatch(/disk/);
    await rm(path.join(disk, "others"));
    expect((await make(environments, { postBuild: "echo it has grown\n" })).lines).toContain("it has grown");
  }, 300_000);

  test("say so while the house's own is full, and leave nothing on it", async () => {
    const disk = await openDisk("house", 2 * megabyte);
    const environments = dockerEnvironments({ ...testOptions(), nodeFolder: disk, baseImage: base });
    await environments.sweep();
    const before = await roomOf(disk);
    await writeFile(path.join(disk, "others"), "x".repeat(before - 128 * 1024));
    const files = { postBuild: `# ${"rye ".repeat(megabyte / 8)}\necho it has grown\n` };
    const { outcome } = await make(environments, files);
    expect(outcome).toMatchObject({ kind: "failed", mayPass: true });
    expect(outcome.kind === "failed" && outcome.message).toContain("Sheaf's own disk is full");
    await rm(path.join(disk, "others"));
    expect(before - (await roomOf(disk))).toBeLessThan(64 * 1024);
  }, 300_000);
});
