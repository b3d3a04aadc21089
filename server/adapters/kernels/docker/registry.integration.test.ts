import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadConfig } from "#server/config.ts";
import { freePort } from "#server/free-port.ts";
import { randomText } from "#server/ids.ts";
import { packFolder } from "../process/pack-files.ts";
import { canRun } from "../process/run-program.ts";
import { openEngine } from "./engine.ts";
import { type Distribution, environmentReference, fetchImage, pushImage } from "./registry.ts";
import { whyNoDocker } from "./test-options.ts";

const whyNot = whyNoDocker ?? ((await canRun("docker-registry")) ? null : "there is no docker-registry (apt-get install docker-registry)");
if (whyNot !== null) console.log(`skipped: ${whyNot}`);

describe.skipIf(whyNot !== null)("images by a registry", () => {
  const { address } = loadConfig().docker;
  const engine = openEngine(address);
  const made: string[] = [];
  let folder: string;
  let distribution: Distribution;
  let port: number;
  let stop: () => void = () => undefined;

  /** An image of one file, so that its content is its own. */
  const make = async (text: string): Promise<string> => {
    const context = await mkdtemp(path.join(folder, "image-"));
    await writeFile(path.join(context, "file"), text);
    const name = `sheaf-test-${randomText(8)}`;
    const stream = await engine.importImage(Readable.from(packFolder(context)), { repo: name, tag: "made" });
    await new Promise((resolve) => engine.modem.followProgress(stream, resolve));
    made.push(`${name}:made`);
    return (await engine.getImage(`${name}:made`).inspect()).Id;
  };
  const forget = async (reference: string): Promise<void> => {
    for (const name of [reference, ...made.splice(0)])
      await engine
        .getImage(name)
        .remove({ force: true })
        .catch(() => undefined);
  };

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "sheaf-registry-"));
    port = await freePort();
    const settings = `version: 0.1\nstorage: { filesystem: { rootdirectory: ${folder}/storage } }\nhttp: { addr: "127.0.0.1:${port}" }\n`;
    await writeFile(path.join(folder, "config.yml"), settings);
    const registry = spawn("docker-registry", ["serve", path.join(folder, "config.yml")], { stdio: "ignore" });
    stop = () => void registry.kill();
    distribution = { address, images: `127.0.0.1:${port}/sheaf`, registry: { address: `127.0.0.1:${port}`, user: null, password: null } };
    for (let tries = 0; tries < 300 && !(await fetch(`http://127.0.0.1:${port}/v2/`).then(Boolean, () => false)); tries += 1) await sleep(100);
  });
  afterAll(async () => {
    await forget("none");
    stop();
    await rm(folder, { recursive: true, force: true });
  });

  test("what one engine made another fetches, the same to the last bit", async () => {
    const id = await make("made here");
    const reference = environmentReference(distribution, id);
    await pushImage(engine, distribution, id, reference);
    await forget(reference);
    await expect(engine.getImage(id).inspect()).rejects.toMatchObject({ statusCode: 404 });
    expect(await fetchImage(engine, distribution, reference, id)).toEqual({ ok: true, value: id });
    await forget(reference);
  });

  test("what the registry gives under that name and is another image is refused and not kept", async () => {
    const [wanted, other] = [await make("what was asked for"), await make("something else")];
    const reference = environmentReference(distribution, wanted);
    await pushImage(engine, distribution, other, reference);
    await forget(reference);
    const fetched = await fetchImage(engine, distribution, reference, wanted);
    expect(fetched).toMatchObject({ ok: false, failure: { code: "unavailable", message: expect.stringContaining("another image") } });
    await expect(engine.getImage(reference).inspect()).rejects.toMatchObject({ statusCode: 404 });
  });

  test("what it does not have is told from a registry that is not there, and from none at all", async () => {
    const absent = environmentReference(distribution, `sha256:${"0".repeat(64)}`);
    expect(await fetchImage(engine, distribution, absent, null)).toMatchObject({ ok: false, failure: { code: "not_found" } });
    const away = { ...distribution, images: "127.0.0.1:1/sheaf", registry: { address: "127.0.0.1:1", user: null, password: null } };
    expect(await fetchImage(engine, away, environmentReference(away, `sha256:${"0".repeat(64)}`), null)).toMatchObject({
      ok: false,
      failure: { code: "unavailable", message: expect.stringContaining("The registry 127.0.0.1:1 cannot be reached") },
    });
    expect(await fetchImage(engine, { ...distribution, registry: null }, absent, null)).toMatchObject({ ok: false, failure: { code: "not_found" } });
  });
});
