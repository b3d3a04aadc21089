import { chown, lstat, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import os from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { KernelLimits, KernelsPort, Lab } from "#server/ports/kernels.ts";
import { type LabClient, labClient } from "#tests/lab-client.ts";
import { gigabyte, value } from "./execute-for-a-test.ts";

const limits: KernelLimits = { memoryBytes: 1.5 * gigabyte, cpus: 2, processes: 200, diskBytes: gigabyte / 4 };
const isRoot = process.getuid?.() === 0;
const firstUid = 731_000;

/** Says "refused" or "allowed" for each attempt, one a line. */
export const attempts = (tries: Readonly<Record<string, string>>): string =>
  [
    "import os, socket, subprocess",
    ...Object.entries(tries).map(
      ([name, code]) =>
        `try:\n    ${code.replaceAll("\n", "\n    ")}\n    print(${JSON.stringify(name)}, 'allowed')\nexcept OSError:\n    print(${JSON.stringify(name)}, 'refused')`,
    ),
  ].join("\n");
export const refusedAll = (tries: Readonly<Record<string, string>>): string[] => Object.keys(tries).map((name) => `${name} refused`);
export const reading = (file: string): string => `open(${JSON.stringify(file)}).read()`;
export const writing = (file: string): string => `open(${JSON.stringify(file)}, 'w').write('x')`;
const connecting = (file: string): string => `socket.socket(socket.AF_UNIX).connect(${JSON.stringify(file)})`;

async function processesOf(uid: number): Promise<number> {
  const ids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const said = await Promise.all(ids.map((id) => readFile(`/proc/${id}/status`, "utf8").catch(() => "")));
  return said.filter((status) => status.includes(`\nUid:\t${uid}\t`)).length;
}

/** Nobody, with no way to become anybody; of the kernel and of the server that started it. */
export const identity = `
import os
for pid in ('self', os.getppid()):
    said = dict(line.split(':\\t', 1) for line in open(f'/proc/{pid}/status').read().splitlines() if ':\\t' in line)
    caps = [int(said[name], 16) for name in ('CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb')]
    print(caps, said['NoNewPrivs'], said['Seccomp'], 0 in map(int, said['Uid'].split() + said['Gid'].split()), *set(said['Groups'].split()) - set(said['Gid'].split()))
`;
const nobody = "[0, 0, 0, 0, 0] 1 2 False";

/** What no program in a lab may do, whatever isolates it; for labs that were waiting only where some can. */
export function hostileLabsContract(name: string, ways: readonly ("cold" | "warm")[], makeAdapter: (dataFolder: string) => Promise<KernelsPort>): void {
  describe.each(ways)(`programs in a lab that was started %s, as ${name}`, (way) => {
    let folder: string;
    let dataFolder: string;
    let kernels: KernelsPort;
    let count = 0;
    const labs: Lab[] = [];
    const clients: LabClient[] = [];
    const servers: Server[] = [];

    const start = async (username: string, more: Partial<KernelLimits> = {}): Promise<{ lab: Lab; client: LabClient; homeFolder: string }> => {
      const uid = isRoot ? firstUid + username.length : null;
      const homeFolder = path.join(dataFolder, "homes", username);
      await mkdir(path.join(homeFolder, "projects"), { recursive: true, mode: 0o700 });
      if (uid !== null) for (const one of [homeFolder, path.join(homeFolder, "projects")]) await chown(one, uid, uid);
      if (way === "warm") await kernels.keepLabsWarm(1);
      count += 1;
      const lab = value(
        await kernels.startLab({
          sessionId: `hostile_${count}`,
          person: { username, uid },
          homeFolder,
          folder: "projects",
          groups: [],
          basePath: "/",
          pageOrigin: "http://sheaf.localhost:3000",
          limits: { ...limits, ...more },
        }),
      );
      const client = labClient(lab);
      labs.push(lab);
      clients.push(client);
      return { lab, client, homeFolder };
    };
    const outcomes = async (client: LabClient, tries: Readonly<Record<string, string>>): Promise<string[]> =>
      (await (await client.kernel()).execute(attempts(tries))).trim().split("\n");

    beforeAll(async () => {
      // Below a folder that only its owner may enter, as a clone in /root is.
      folder = await mkdtemp(path.join(os.homedir(), ".sheaf-hostile-labs-"));
      dataFolder = path.join(folder, "data");
      kernels = await makeAdapter(dataFolder);
    });
    afterEach(async () => {
      await Promise.all(clients.splice(0).map((client) => client.close()));
      await Promise.all(labs.splice(0).map((lab) => lab.kill()));
      for (const server of servers.splice(0)) server.close();
    });
    afterAll(async () => {
      await kernels.close();
      await rm(folder, { recursive: true, force: true });
    });

    test("see no other home, nothing of the server, and no other lab's socket", async () => {
      const other = await start("grace");
      await writeFile(path.join(other.homeFolder, "private.txt"), "secret", { mode: 0o666 });
      await mkdir(path.join(dataFolder, "postgres"), { recursive: true });
      await writeFile(path.join(dataFolder, "postgres/PG_VERSION"), "18", { mode: 0o666 });
      const { client } = await start("ada");
      const otherSocket = other.lab.address.kind === "socket" ? other.lab.address.path : "";
      const tries = {
        shadow: reading("/etc/shadow"),
        home: reading(path.join(other.homeFolder, "private.txt")),
        home_beside: reading("/home/grace/private.txt"),
        through_init: reading(`/proc/1/root${path.join(other.homeFolder, "private.txt")}`),
        database: reading(path.join(dataFolder, "postgres/PG_VERSION")),
        source: reading(import.meta.filename),
        homes: "os.listdir('/root')",
        socket: connecting(otherSocket),
        socket_through_init: connecting(`/proc/1/root${otherSocket}`),
        memory: "open('/proc/1/mem', 'rb').read(1)",
        server: `os.kill(${process.pid}, 9)`,
      };
      expect(await outcomes(client, tries)).toEqual(refusedAll(tries));
      expect(await (await client.kernel()).execute("import os; print(os.listdir('/home'), 'SHEAF' in ''.join(os.environ))")).toBe("['ada'] False\n");
    });

    test("reach no port of the host and nothing outside", async () => {
      const server = createServer((socket) => socket.end("hello"));
      servers.push(server);
      await new Promise<void>((resolve) => server.listen(0, "0.0.0.0", resolve));
      const address = server.address();
      const port = address !== null && typeof address === "object" ? address.port : 0;
      const addresses = [
        "127.0.0.1",
        ...Object.values(os.networkInterfaces()).flatMap((each) => (each ?? []).filter((one) => one.family === "IPv4").map((one) => one.address)),
      ];
      const tries = Object.fromEntries([
        ...addresses.map((host) => [host, `socket.create_connection(('${host}', ${port}), timeout=2)`]),
        ["outside", "socket.create_connection(('1.1.1.1', 53), timeout=2)"],
        ["vsock", "socket.socket(40, socket.SOCK_STREAM)"],
      ]);
      expect(await outcomes((await start("ada")).client, tries)).toEqual(refusedAll(tries));
    });

    test("are nobody, cannot become anybody, and write only in their home and memory disks", async () => {
      const { client } = await start("ada");
      const said = (await (await client.kernel()).execute(identity)).trim().split("\n");
      expect(said.map((line) => line.trim())).toEqual([nobody, nobody]);
      const places = [
        "/x",
        "/etc/passwd",
        "/usr/bin/x",
        "/home/x",
        "/opt/x",
        "/opt/sheaf/lab/start.py",
        "/opt/sheaf/sockets/x",
        "/dev/x",
        "/run/x",
        "/proc/sys/kernel/core_pattern",
      ];
      const tries = {
        setuid: "os.setuid(0)",
        setgroups: "os.setgroups([0])",
        chown: "os.chown(os.environ['HOME'], 0, 0)",
        mount: "if subprocess.run(['mount', '-t', 'tmpfs', 'x', '/tmp'], capture_output=True).returncode: raise OSError()",
        namespace: "if subprocess.run(['unshare', '--user', 'true'], capture_output=True).returncode: raise OSError()",
        leave: "if subprocess.run(['nsenter', '--target', '1', '--mount', 'true'], capture_output=True).returncode: raise OSError()",
        ...Object.fromEntries(places.map((place) => [place, writing(place)])),
      };
      expect(await outcomes(client, tries)).toEqual(refusedAll(tries));
    });

    test("cannot put a link in the place of their socket", async () => {
      const { lab, client } = await start("ada");
      const tries = { link: "os.symlink('/run/anything', '/opt/sheaf/sockets/lab.sock')", folder: "os.rename('/opt/sheaf/sockets', '/tmp/sockets')" };
      expect(await outcomes(client, tries)).toEqual(refusedAll(tries));
      if (lab.address.kind === "socket") expect((await lstat(lab.address.path)).isSocket()).toBe(true);
    });

    test("do not take the machine with them by forking without end", async () => {
      const { lab, client } = await start("ada", { processes: 64 });
      const kernel = await client.kernel();
      kernel.send("import os, time\nwhile True:\n    try: os.fork()\n    except OSError: time.sleep(0.01)");
      await new Promise((resolve) => setTimeout(resolve, 3000));
      const neighbour = await start("grace");
      expect(await (await neighbour.client.kernel()).execute("1 + 1")).toBe("2");
      await lab.kill();
      if (isRoot) expect(await processesOf(firstUid + "ada".length)).toBe(0);
    });

    test("are told when they fill more than one file or memory disk may hold", async () => {
      const tries = {
        file: "with open('large', 'wb') as file:\n    while True: file.write(bytes(1 << 20))",
        memory_disk: "for n in range(60): open(f'/tmp/x{n}', 'wb').write(bytes(10 << 20))",
      };
      expect(await outcomes((await start("ada")).client, tries)).toEqual(refusedAll(tries));
    });
  });
}
