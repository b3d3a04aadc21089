import { execFile } from "node:child_process";
import { chown, mkdir, mkdtemp, rm } from "node:fs/promises";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { randomText } from "#server/ids.ts";
import { createLogger } from "#server/log.ts";
import type { KernelsPort, Lab } from "#server/ports/kernels.ts";
import { type LabClient, type LabKernel, labClient } from "#tests/lab-client.ts";
import { gigabyte, value } from "../execute-for-a-test.ts";
import { ensureBridgeGuard } from "./bridge-guard.ts";
import { openEngine } from "./engine.ts";
import { createDockerKernels } from "./kernels.ts";
import { createPersonNetworks } from "./person-networks.ts";
import { optionsIn, whyNoDocker } from "./test-options.ts";

const folder = await mkdtemp(path.join(os.tmpdir(), "networks-"));
const options = optionsIn(path.join(folder, "data"), undefined, "person");
const log = createLogger("test", "error");
const engine = openEngine(options.docker.address);
const guard = whyNoDocker === null ? await ensureBridgeGuard(options.docker) : { holds: false, how: whyNoDocker };
if (!guard.holds) console.log(`skipped: networks of labs are ${guard.how}`);

const limits = { memoryBytes: 1.5 * gigabyte, cpus: 2, processes: 200, diskBytes: gigabyte };
const firstUid = 731_000;
/** More networks than an engine's usual pools have addresses for. */
const mostNetworks = 40;

/** "reached" or why not, as the container's own kernel of the operating system says it. */
const tries = (host: string, port: number): string =>
  `import socket\ntry:\n    socket.create_connection((${host}, ${port}), 4).close()\n    print("reached")\nexcept OSError as error:\n    print("closed", type(error).__name__)`;
const gateway = `__import__("socket").inet_ntoa(bytes.fromhex(open("/proc/net/route").read().splitlines()[1].split()[2])[::-1])`;
const serving = `import socket\ns = socket.create_server(("", 0))\nc = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\nc.connect((${gateway}, 9))\nprint(c.getsockname()[0], s.getsockname()[1])`;

/** As an engine with a packet filter does it itself: the tests' own has none, and another one may have closed what is forwarded. */
async function neighboursMaySpeak(what: "-A" | "-D"): Promise<void> {
  const rule = ["FORWARD", "-i", "sheaf-+", "-o", "sheaf-+", "-m", "physdev", "--physdev-is-bridged", "-j", "ACCEPT"];
  await promisify(execFile)("iptables", ["-w", what, ...rule]).catch(() => undefined);
}

describe.skipIf(!guard.holds)("labs with a network of their person's own", () => {
  let kernels: KernelsPort;
  let server: net.Server;
  let served = 0;
  const labs: Lab[] = [];
  const clients: LabClient[] = [];

  const open = async (username: string): Promise<LabKernel> => {
    const uid = process.getuid?.() === 0 ? firstUid + username.length : null;
    const homeFolder = path.join(folder, "homes", username);
    await mkdir(homeFolder, { recursive: true, mode: 0o700 });
    if (uid !== null) await chown(homeFolder, uid, uid);
    const common = { groups: [], folder: "", basePath: "/", pageOrigin: "http://sheaf.localhost:3000", limits };
    const lab = value(await kernels.startLab({ sessionId: `networks_${labs.length}`, person: { username, uid }, homeFolder, ...common }));
    const client = labClient({ ...lab, basePath: "/" });
    labs.push(lab);
    clients.push(client);
    return client.kernel();
  };
  const networks = async (): Promise<string[]> =>
    (await engine.listNetworks({ filters: JSON.stringify({ label: ["sheaf.kind=person-network"] }) })).map(({ Name }) => Name);

  beforeAll(async () => {
    await neighboursMaySpeak("-A");
    server = net.createServer((socket) => {
      served += 1;
      socket.end("this machine's own");
    });
    await new Promise<void>((resolve) => server.listen(0, "0.0.0.0", resolve));
    kernels = await createDockerKernels(options, log);
  });
  afterAll(async () => {
    await Promise.all(clients.map((client) => client.close()));
    await kernels?.close();
    server?.close();
    await neighboursMaySpeak("-D");
    await rm(folder, { recursive: true, force: true });
  });

  test("reach one another, but neither this machine nor anybody else's; the network goes with the last of them", async () => {
    const before = await networks();
    const [one, other, bob] = [await open("ada"), await open("ada"), await open("bobby")];
    expect((await networks()).length).toBe(before.length + 2);
    const [address = "", port = ""] = (await one.execute(serving)).trim().split(" ");
    // That what is tried can be reached at all.
    expect(await other.execute(tries(`"${address}"`, Number(port)))).toBe("reached\n");
    expect(await bob.execute(tries(`"${address}"`, Number(port)))).toMatch(/^closed/);
    const { port: own } = server.address() as net.AddressInfo;
    for (const kernel of [one, bob]) expect(await kernel.execute(tries(gateway, own))).toMatch(/^closed/);
    expect(served).toBe(0);
    await labs[0]?.stop();
    expect((await networks()).length).toBe(before.length + 2);
    for (const lab of labs) await lab.stop();
    expect(await networks()).toEqual(before);
  });

  test("are told in words when the engine has no addresses left, and a former life's networks are removed", async (context) => {
    const scope = randomText(12);
    const made = createPersonNetworks(engine, scope, options.docker, log);
    let told = "";
    for (let n = 0; n < mostNetworks && told === ""; n += 1) {
      const entered = await made.enter(`person-${n}`);
      if (!entered.ok) told = entered.failure.message;
    }
    await createPersonNetworks(engine, scope, options.docker, log).sweep();
    expect((await engine.listNetworks({ filters: JSON.stringify({ label: [`sheaf.engine=${scope}`] }) })).length).toBe(0);
    if (told === "") context.skip(`this engine has addresses for more than ${mostNetworks} networks`);
    expect(told).toContain("no addresses left for another person's network");
  });
});
