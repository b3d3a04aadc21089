import net from "node:net";
import { afterAll, describe, expect, test } from "vitest";
import { randomText } from "#server/ids.ts";
import { ensureBridgeGuard } from "../../kernels/docker/bridge-guard.ts";
import { openEngine } from "../../kernels/docker/engine.ts";
import { make } from "../make-for-a-test.ts";
import { dockerEnvironments, removeTestFolders, testOptions, whyNoBuilds } from "./site-for-a-test.ts";

const network = `sheaf-t-${randomText(6)}`;
const options = testOptions({}, { SHEAF_BUILD_NETWORK: network });
const environments = dockerEnvironments(options);
const guard = whyNoBuilds === null ? await ensureBridgeGuard(options.docker) : { holds: false, how: whyNoBuilds };
if (!guard.holds) console.log(`skipped: the network of builds is ${guard.how}`);

afterAll(async () => {
  if (guard.holds) {
    await environments.collect(new Set());
    await openEngine(options.docker.address)
      .getNetwork(network)
      .remove()
      .catch(() => undefined);
  }
  removeTestFolders();
});

/** Opens the build's own loopback first, so that what is tried is known to work. */
const postBuild = (port: number): string => `#!/usr/bin/python3
import socket
def reach(host, port):
    try:
        socket.create_connection((host, port), 4).close()
        return "reached"
    except OSError as error:
        return "closed " + type(error).__name__
own = socket.create_server(("127.0.0.1", 0))
print("itself:", reach("127.0.0.1", own.getsockname()[1]))
route = open("/proc/net/route").read().splitlines()[1].split()[2]
print("machine:", reach(socket.inet_ntoa(bytes.fromhex(route)[::-1]), ${port}))
`;

describe.skipIf(!guard.holds)("the network of builds", () => {
  test("leads to nothing that this machine serves on all its addresses", async () => {
    let served = 0;
    const server = net.createServer((socket) => {
      served += 1;
      socket.end();
    });
    await new Promise<void>((resolve) => server.listen(0, "0.0.0.0", resolve));
    try {
      const { outcome, lines } = await make(environments, { postBuild: postBuild((server.address() as net.AddressInfo).port) });
      const said = lines.join("\n");
      expect(outcome.kind, said).toBe("ready");
      expect(said).toContain("itself: reached");
      expect(said).toContain("machine: closed");
      expect(served).toBe(0);
    } finally {
      server.close();
    }
  }, 300_000);
});
