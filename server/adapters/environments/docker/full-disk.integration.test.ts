import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type SmallEngine, startSmallEngine } from "#tests/docker-engine.ts";
import { openEngine } from "../../kernels/docker/engine.ts";
import { make } from "../make-for-a-test.ts";
import { dockerEnvironments, removeTestFolders, testOptions } from "./site-for-a-test.ts";

const run = promisify(execFile);
const options = testOptions();
const shared = openEngine(options.docker.address);
const base = "debian:trixie-slim";
const isBaseThere = await shared
  .getImage(base)
  .inspect()
  .then(() => true)
  .catch(() => false);
const reason = process.getuid?.() !== 0 ? "only root may mount a small disk" : isBaseThere ? null : `the image ${base} is not here`;
if (reason !== null) console.log(`skipped: ${reason}`);

const megabyte = 1024 * 1024;

/** A real engine upon a real disk with little room, and a house whose own folder may be on another one. */
describe.skipIf(reason !== null)("builds on a full disk", () => {
  let place: string;
  let engine: SmallEngine | null = null;

  beforeEach(async () => {
    place = await mkdtemp(path.join(os.tmpdir(), "sheaf-full-"));
  });
  afterEach(async () => {
    await engine?.stop();
    engine = null;
    for (const name of await readdir(place)) await run("umount", ["--recursive", path.join(place, name)]).catch(() => undefined);
    await rm(place, { recursive: true, force: true });
    removeTestFolders();
  });

  async function mountDisk(name: string, bytes: number): Promise<string> {
    const folder = path.join(place, name);
    await mkdir(folder);
    await run("mount", ["-t", "tmpfs", "-o", `size=${bytes},mode=0700`, "none", folder]);
    return folder;
  }

  const roomOf = async (folder: string): Promise<number> => Number((await run("df", ["--output=avail", "-B1", folder])).stdout.split("\n")[1]);

  test("say so while the container engine's is full, leave nothing on it, and go on when there is room", async () => {
    const disk = await mountDisk("engine", 400 * megabyte);
    engine = await startSmallEngine(disk);
    const own = openEngine(engine.address);
    await own.loadImage(await shared.getImage(base).get());
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
    const disk = await mountDisk("house", 2 * megabyte);
    const environments = dockerEnvironments({ ...options, nodeFolder: disk, baseImage: base });
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
