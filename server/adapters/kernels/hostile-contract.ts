import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { connectKernel } from "#server/jupyter/kernel-client.ts";
import type { Kernel, KernelLimits, KernelsPort } from "#server/ports/kernels.ts";
import { execute, usualLimits, value } from "./execute-for-a-test.ts";

/** Says "refused" or "allowed" for each attempt, one a line. */
const attempts = (tries: Readonly<Record<string, string>>): string =>
  [
    "import os, sys, socket, ctypes, errno",
    ...Object.entries(tries).map(
      ([name, code]) =>
        `try:\n    ${code.replaceAll("\n", "\n    ")}\n    print(${JSON.stringify(name)}, 'allowed')\nexcept OSError as problem:\n    print(${JSON.stringify(name)}, 'refused')`,
    ),
  ].join("\n");
const refusedAll = (tries: Readonly<Record<string, string>>): string[] => Object.keys(tries).map((name) => `${name} refused`);

/** By number, since the C library has no name for many of them; x86_64 and aarch64. */
const syscall = (x64: number, arm64: number, ...args: (number | string)[]): string =>
  `libc = ctypes.CDLL(None, use_errno=True)\nanswer = libc.syscall(${process.arch === "x64" ? x64 : arm64}${args.map((arg) => `, ${arg}`).join("")})\nif answer < 0: raise OSError(ctypes.get_errno(), 'refused')`;

/** What no notebook may do, whatever isolates it. `makeAdapter` is given a data folder below one that only its owner may enter. */
export function hostileKernelsContract(name: string, makeAdapter: (dataFolder: string) => Promise<KernelsPort>): void {
  describe(`notebooks that want more than theirs, as ${name}`, () => {
    let folder: string;
    let dataFolder: string;
    let kernels: KernelsPort;
    let count = 0;
    const started: Kernel[] = [];
    const servers: Server[] = [];
    const start = async (limits: Partial<KernelLimits> = {}): Promise<Kernel> => {
      count += 1;
      const kernel = value(await kernels.start({ sessionId: `hostile_${count}`, language: "python", limits: { ...usualLimits, ...limits } }));
      started.push(kernel);
      return kernel;
    };
    const outcomes = async (tries: Readonly<Record<string, string>>, kernel?: Kernel): Promise<string[]> => {
      const said = await execute(kernel ?? (await start()), attempts(tries));
      expect(said.error).toBe("");
      return said.text.trim().split("\n");
    };

    beforeAll(async () => {
      // Below a folder that only its owner may enter, as a clone in /root is.
      folder = await mkdtemp(path.join(os.homedir(), ".sheaf-hostile-"));
      dataFolder = path.join(folder, "data");
      kernels = await makeAdapter(dataFolder);
      expect((await kernels.describe()).safeForVisitors).toBe(true);
    });
    afterEach(async () => {
      await Promise.all(started.splice(0).map((kernel) => kernel.kill()));
      for (const server of servers.splice(0)) server.close();
    });
    afterAll(async () => {
      await kernels.close();
      await rm(folder, { recursive: true, force: true });
    });

    test("read no secrets of the machine, no other kernel's files, none of the server's", async () => {
      const other = await start();
      await writeFile(path.join(other.workFolder, "private.txt"), "secret", { mode: 0o666 });
      await mkdir(path.join(dataFolder, "postgres"), { recursive: true });
      await writeFile(path.join(dataFolder, "postgres/PG_VERSION"), "18", { mode: 0o666 });
      const reading = (file: string) => `open(${JSON.stringify(file)}).read()`;
      const tries = {
        shadow: reading("/etc/shadow"),
        other: reading(path.join(other.workFolder, "private.txt")),
        through_init: `open('/proc/1/root' + ${JSON.stringify(path.join(other.workFolder, "private.txt"))}).read()`,
        database: reading(path.join(dataFolder, "postgres/PG_VERSION")),
        source: reading(import.meta.filename),
        homes: "os.listdir('/root')",
        memory: "open('/proc/1/mem', 'rb').read(1)",
        // The first process may be the kernel's own; what it was started with must then be the kernel's too.
        environment: "if not any(name in open('/proc/1/environ', 'rb').read() for name in (b'VITEST', b'NODE', b'SHEAF')): raise OSError()",
        kernel_memory: "open('/proc/kcore', 'rb').read(1)",
      };
      expect(await outcomes(tries)).toEqual(refusedAll(tries));
    });

    test("see nothing of the server in their environment", async () => {
      process.env.SHEAF_TEST_SECRET = "secret";
      const { text } = await execute(await start(), "import os; print(sorted(os.environ))");
      delete process.env.SHEAF_TEST_SECRET;
      expect(text).toContain("'HOME'");
      expect(text).not.toMatch(/SHEAF|NODE|DATABASE|VITEST/);
    });

    test("reach no port of the host, by any of its addresses, and no other family of sockets", async () => {
      const ports: number[] = [];
      for (const host of ["127.0.0.1", "0.0.0.0", "::1"]) {
        const server = createServer((socket) => socket.end("hello")).on("error", () => undefined);
        servers.push(server);
        const listening = Promise.withResolvers<void>();
        server.once("listening", listening.resolve).once("error", () => listening.resolve());
        server.listen(0, host);
        await listening.promise;
        const address = server.address();
        if (address !== null && typeof address === "object") ports.push(address.port);
      }
      const addresses = ["127.0.0.1", "0.0.0.0", "::1", ...Object.values(os.networkInterfaces()).flatMap((each) => (each ?? []).map((one) => one.address))];
      const tries = Object.fromEntries([
        ...addresses.flatMap((address) =>
          ports.map((port) => [`${address}:${port}`, `socket.create_connection((${JSON.stringify(address)}, ${port}), timeout=2)`]),
        ),
        ["outside", "socket.create_connection(('1.1.1.1', 53), timeout=2)"],
        ["vsock", "socket.socket(40, socket.SOCK_STREAM)"],
        ["packet", "socket.socket(socket.AF_PACKET, socket.SOCK_RAW)"],
        ["raw", "socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)"],
      ]);
      expect(await outcomes(tries)).toEqual(refusedAll(tries));
    });

    test("are nobody, and cannot become anybody", async () => {
      const { text } = await execute(await start(), "print(open('/proc/self/status').read())");
      expect(text).toMatch(/CapEff:\s+0{16}\n/);
      expect(text).toMatch(/CapBnd:\s+0{16}\n/);
      expect(text).toMatch(/NoNewPrivs:\s+1\n/);
      expect(text).toMatch(/Seccomp:\s+2\n/);
      const tries = {
        setuid: "os.setuid(0)",
        setgid: "os.setgid(0)",
        chown: "os.chown('/work', 0, 0)",
        su: "import subprocess\nif subprocess.run(['su', '-c', 'true'], stdin=subprocess.DEVNULL, capture_output=True).returncode: raise OSError()",
      };
      expect(await outcomes(tries)).toEqual(refusedAll(tries));
    });

    test("see and kill no process but their own", async () => {
      const other = await start();
      const tries = {
        server: `os.kill(${process.pid}, 9)`,
        group: `os.killpg(${process.pid}, 9)`,
        init: "os.kill(1, 9)\nimport time; time.sleep(0.1)\nos.kill(1, 0)",
      };
      const kernel = await start();
      expect((await outcomes(tries, kernel)).slice(0, 2)).toEqual(refusedAll(tries).slice(0, 2));
      expect((await execute(kernel, "import os; print(len([name for name in os.listdir('/proc') if name.isdigit()]))")).text.trim()).toMatch(/^[1-4]$/);
      // -1 is everything one may signal: what it leaves alive is ours.
      void execute(kernel, "import os\ntry: os.kill(-1, 9)\nfinally: os.kill(os.getpid(), 9)").catch(() => undefined);
      await kernel.exited;
      expect((await execute(other, "1 + 1")).text).toContain("2");
    });

    test("get no system call that leads out", async () => {
      const tries = {
        ptrace: syscall(101, 117, 0, 0, 0, 0),
        mount: syscall(165, 40, "b'none'", "b'/work'", "b'tmpfs'", 0, 0),
        chroot: syscall(161, 51, "b'/work'"),
        unshare: syscall(272, 97, 0x10000000),
        clone_user: syscall(56, 220, 0x10000000 + 17, 0, 0, 0, 0),
        clone3: syscall(435, 435, 0, 0),
        setns: syscall(308, 268, 0, 0),
        bpf: syscall(321, 280, 0, 0, 0),
        keyctl: syscall(250, 219, 0, -3, 0),
        perf: syscall(298, 241, 0, 0, -1, -1, 0),
        io_uring: syscall(425, 425, 1, 0),
        userfaultfd: syscall(323, 282, 1),
        kexec: syscall(246, 104, 0, 0, 0, 0),
        open_by_handle: syscall(304, 265, 0, 0, 0),
        read_other_memory: syscall(310, 270, 1, 0, 0, 0, 0, 0),
        fsopen: syscall(430, 430, "b'tmpfs'", 0),
      };
      expect(await outcomes(tries)).toEqual(refusedAll(tries));
    });

    test("write nowhere but in their folder and their own memory disks", async () => {
      const writing = (file: string) => `open(${JSON.stringify(file)}, 'w').write('x')`;
      const tries = Object.fromEntries(
        [
          "/x",
          "/etc/passwd",
          "/usr/bin/x",
          "/opt/sheaf/x",
          "/dev/x",
          "/proc/sys/kernel/core_pattern",
          "/opt/sheaf/sockets/x",
          "/home/x",
          "/run/x",
          "/sys/x",
        ].map((file) => [file, writing(file)]),
      );
      expect(await outcomes(tries)).toEqual(refusedAll(tries));
      const { text, error } = await execute(
        await start(),
        "for place in ['/work', '/tmp', '/home/user', '/dev/shm']: open(place + '/x', 'w').write('x'); print(place)",
      );
      expect(error).toBe("");
      expect(text.trim().split("\n")).toHaveLength(4);
    });

    test("cannot lead the server's copying hand out of their folder by links", async () => {
      const kernel = await start();
      const target = path.join(folder, "target");
      await mkdir(target, { mode: 0o777 });
      const source = path.join(folder, "source");
      await mkdir(path.join(source, "data"), { recursive: true });
      await writeFile(path.join(source, "data/file.txt"), "given");
      await writeFile(path.join(source, "plain.txt"), "given");
      await execute(
        kernel,
        `import os\nos.symlink(${JSON.stringify(target)}, 'data')\nos.symlink(${JSON.stringify(path.join(target, "plain.txt"))}, 'plain.txt')`,
      );
      await kernel.giveFiles(source).catch(() => undefined);
      expect(await readdir(target)).toEqual([]);
    });

    test("do not take the machine with them by forking without end", async () => {
      const kernel = await start({ processes: 32 });
      const bomb = execute(kernel, "import os, time\nwhile True:\n    try: os.fork()\n    except OSError: time.sleep(0.01)").catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 3000));
      const neighbour = await start();
      expect((await execute(neighbour, "1 + 1")).text).toContain("2");
      await kernel.kill();
      await bomb;
      expect(await processesNaming(kernel.sessionId)).toBe(0);
    });

    test("are killed when they fill the disk: by files, by many files, by empty files, by files that nobody sees", async () => {
      const megabyte = 1024 * 1024;
      const large = await execute(await start({ diskBytes: 50 * megabyte }), "with open('large', 'wb') as file:\n    while True: file.write(bytes(1 << 20))");
      // The operating system refuses the write, or the watch was quicker.
      expect(large.error || large.reply.status).toMatch(/File too large|aborted/);
      for (const program of [
        "import itertools, os\nfor n in itertools.count(): open(f'file{n}', 'wb').write(os.urandom(1 << 20))",
        "import os\nwhile True: open(os.urandom(8).hex(), 'w').close()",
        // Mapped, deleted and closed: neither a name nor a descriptor is left.
        "import mmap, os\nkept = []\nwhile True:\n    file = open('hidden', 'w+b'); file.write(os.urandom(1 << 20)); file.flush(); os.unlink('hidden')\n    kept.append(mmap.mmap(file.fileno(), 4096, trackfd=False)); file.close()",
        "import os\nfiles = []\nwhile True:\n    files.append(open('hidden', 'wb')); os.unlink('hidden'); files[-1].write(os.urandom(1 << 20)); files[-1].flush()",
      ]) {
        const kernel = await start({ diskBytes: 50 * megabyte });
        void execute(kernel, program).catch(() => undefined);
        expect(await kernel.exited).toMatchObject({ reason: "disk_full" });
      }
      const tries = Object.fromEntries(
        ["/tmp", "/dev/shm", "/home/user"].map((place) => [place, `for n in range(40): open(f'${place}/x{n}', 'wb').write(bytes(10 << 20))`]),
      );
      expect(await outcomes(tries)).toEqual(refusedAll(tries));
    });

    test.each([
      ["short lines", "while True: print('x' * 1000)"],
      ["many displays", "from IPython.display import display\nwhile True: display('x' * 50_000)"],
      ["long lines", "while True: print('x' * 3_000_000)"],
    ])("print %s without end only until the reader has enough, and the reader's memory stays small", async (_, program) => {
      const limitBytes = 20 * 1024 * 1024;
      const kernel = await start();
      const client = await connectKernel(kernel.connection);
      void kernel.exited.then(() => client.close());
      let bytes = 0;
      let ticks = 0;
      const timer = setInterval(() => (ticks += 1), 20);
      const before = process.memoryUsage().rss;
      const began = performance.now();
      const reply = await client.execute(program, {
        onMessage: (message) => {
          bytes += message.bytes;
          if (bytes > limitBytes) void kernel.kill();
        },
      });
      clearInterval(timer);
      expect(reply.status).toBe("aborted");
      // Enough in many messages, or one that was too large to be taken in, or the kernel choked on it itself.
      if (bytes <= limitBytes && !reply.outputsLost) expect(await kernel.exited).toMatchObject({ reason: "out_of_memory" });
      client.close();
      // The server's own clock went on meanwhile.
      expect(ticks).toBeGreaterThan(Math.min(3, (performance.now() - began) / 200));
      expect(process.memoryUsage().rss - before).toBeLessThan(500 * 1024 * 1024);
    });

    test("say more at once than is taken in: that is told, and the kernel still answers", async () => {
      const kernel = await start();
      const client = await connectKernel(kernel.connection, { maxMessageBytes: 1_000_000 });
      for (let time = 0; time < 3; time++) {
        expect(await client.execute("print('x' * 3_000_000)")).toMatchObject({ status: "aborted", outputsLost: true });
        expect(await client.kernelInfo()).toMatchObject({ language_info: { name: "python" } });
      }
      client.close();
    });

    test("lose the idle message in a flood, and the run ends all the same", async () => {
      const kernel = await start();
      const client = await connectKernel(kernel.connection);
      let first = true;
      const reply = await client.execute("from IPython.display import display\nfor _ in range(30000): display('x')", {
        onMessage: async (message) => {
          if (message.type !== "display_data" || !first) return;
          first = false;
          // A reader that is away while the kernel writes more than anybody keeps for it.
          await sleep(15_000);
        },
      });
      expect(reply.status).toBe("ok");
      client.close();
    });
  });
}

async function processesNaming(text: string): Promise<number> {
  const ids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, "utf8").catch(() => "")));
  return lines.filter((line) => line.includes(text)).length;
}
