import { chmod, chown, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { GroupId } from "#lib/domain/ids.ts";
import type { GroupFolder } from "#lib/domain/mounts.ts";
import type { Role } from "#lib/domain/person.ts";
import type { KernelLimits, KernelsPort, Lab, StartLab } from "#server/ports/kernels.ts";
import { type LabClient, labClient } from "#tests/lab-client.ts";
import { gigabyte, value } from "./execute-for-a-test.ts";

const pageOrigin = "http://sheaf.localhost:3000";
const limits: KernelLimits = { memoryBytes: 1.5 * gigabyte, cpus: 2, processes: 200, diskBytes: gigabyte };
const firstUid = 730_000;

/** What every adapter of the kernels port owes of labs. */
export function labsContract(name: string, makeAdapter: (folder: string) => Promise<KernelsPort>): void {
  describe(`${name} as labs`, () => {
    let folder: string;
    let kernels: KernelsPort;
    let count = 0;
    const labs: Lab[] = [];
    const clients: LabClient[] = [];

    const home = async (username: string): Promise<Pick<StartLab, "person" | "homeFolder">> => {
      const uid = process.getuid?.() === 0 ? firstUid + username.length : null;
      const homeFolder = path.join(folder, "homes", username);
      await mkdir(path.join(homeFolder, "projects/fern"), { recursive: true, mode: 0o700 });
      for (const one of ["", "projects", "projects/fern"]) if (uid !== null) await chown(path.join(homeFolder, one), uid, uid);
      return { person: { username, uid }, homeFolder };
    };
    const start = async (username = "ada", more: Partial<StartLab> = {}): Promise<{ lab: Lab; client: LabClient; homeFolder: string }> => {
      count += 1;
      const place = await home(username);
      const request = { sessionId: `contract_${count}`, ...place, groups: [], folder: "projects/fern", basePath: "/", pageOrigin, limits, ...more };
      const lab = value(await kernels.startLab(request));
      const client = labClient({ ...lab, basePath: request.basePath });
      labs.push(lab);
      clients.push(client);
      return { lab, client, homeFolder: place.homeFolder };
    };

    beforeAll(async () => {
      folder = await mkdtemp(path.join(os.tmpdir(), "labs-"));
      kernels = await makeAdapter(folder);
      expect((await kernels.describe()).labs.works).toBe(true);
    });
    afterEach(async () => {
      await Promise.all(clients.splice(0).map((client) => client.close()));
      await Promise.all(labs.splice(0).map((lab) => lab.kill()));
    });
    afterAll(async () => {
      await kernels.close();
      await rm(folder, { recursive: true, force: true });
    });

    describe.each(["cold", "warm"] as const)("a %s start", (way) => {
      const begin = async (): Promise<ReturnType<typeof start> extends Promise<infer T> ? T : never> => {
        if (way === "warm") await kernels.keepLabsWarm(1);
        const started = await start();
        if ((await kernels.describe()).labs.warm) expect(started.lab.warm).toBe(way === "warm");
        return started;
      };

      test("serves the person's files, runs their cells, and keeps what they write", async () => {
        const { client, homeFolder } = await begin();
        const kernel = await client.kernel();
        expect(await kernel.execute("import os; print(os.getcwd(), os.environ['HOME'], os.environ['USER'])")).toBe("/home/ada/projects/fern /home/ada ada\n");
        await kernel.execute("open('written.txt', 'w').write('kept')");
        expect(await readFile(path.join(homeFolder, "projects/fern/written.txt"), "utf8")).toBe("kept");
        expect((await stat(path.join(homeFolder, "projects/fern/written.txt"))).uid).toBe((await stat(homeFolder)).uid);
        expect((await client.request("GET", "api/contents")).body).toMatchObject({
          content: expect.arrayContaining([expect.objectContaining({ name: "written.txt" })]),
        });
        const other = await client.kernel("ir");
        expect(await other.execute("cat(1 + 1)")).toBe("2");
        const { kernelspecs } = (await client.request("GET", "api/kernelspecs")).body as { kernelspecs: Record<string, { spec: { display_name: string } }> };
        expect(Object.values(kernelspecs).map((one) => one.spec.display_name)).toEqual(["Python", "R"]);
      });

      test("lets in nobody without its secret, tells its page no secret, and lets no other page hold it", async () => {
        const { lab, client } = await begin();
        const stranger = labClient({ ...lab, secret: "guessed" });
        clients.push(stranger);
        expect((await stranger.request("GET", "api/contents")).status).toBe(403);
        const page = await client.request("GET", "lab");
        expect(page.text).not.toContain(lab.secret);
        expect(page.text).toContain('"sheafPageOrigin": "http://sheaf.localhost:3000"');
        expect(page.headers.get("content-security-policy")).toContain(`frame-ancestors 'self' ${pageOrigin}`);
      });

      test("opens terminals, and knows whether something runs in one", async () => {
        const { lab, client, homeFolder } = await begin();
        // What an earlier start wrote into the same home would answer for this one.
        for (const name of ["who", "answer"]) await rm(path.join(homeFolder, "projects/fern", name), { force: true });
        const terminal = await client.terminal();
        await expect.poll(() => client.request("GET", "api/terminals").then(({ body }) => (body as unknown[]).length)).toBe(1);
        terminal.type("id -un > who; echo $((6 * 7)) > answer\n");
        await expect.poll(() => readFile(path.join(homeFolder, "projects/fern/answer"), "utf8").catch(() => ""), { timeout: 10_000 }).toBe("42\n");
        expect(await readFile(path.join(homeFolder, "projects/fern/who"), "utf8")).toBe("ada\n");
        await expect.poll(() => lab.terminalsBusy()).toBe(false);
        terminal.type("sleep 1000\n");
        await expect.poll(() => lab.terminalsBusy(), { timeout: 10_000 }).toBe(true);
        await lab.stopWriters();
        await expect.poll(() => lab.terminalsBusy(), { timeout: 10_000 }).toBe(false);
      });
    });

    test("stands under its path where hosts cannot be told apart", async () => {
      const { client } = await start("ada", { basePath: "/labs/fern1/" });
      expect((await client.request("GET", "api/status")).status).toBe(200);
    });

    test("keeps a person's settings in their home, and each project's open documents apart", async () => {
      const { lab, client, homeFolder } = await start();
      const theme = { raw: '{"theme": "JupyterLab Dark"}' };
      expect((await client.request("PUT", "lab/api/settings/@jupyterlab/apputils-extension:themes", theme)).status).toBe(204);
      await lab.stop();
      const again = await start("ada", { folder: "" });
      expect((await again.client.request("GET", "lab/api/settings/@jupyterlab/apputils-extension:themes")).text).toContain("JupyterLab Dark");
      expect((await stat(path.join(homeFolder, "settings/jupyter"))).isDirectory()).toBe(true);
    });

    test("stops in order: kernels are told, files stay, nothing is left running, and why is known", async () => {
      const { lab, client, homeFolder } = await start();
      const kernel = await client.kernel();
      await kernel.execute("import atexit\n@atexit.register\ndef last(): open('last-words.txt', 'w').write('said')");
      await lab.stop();
      expect(await lab.exited).toMatchObject({ reason: "killed" });
      expect(await readFile(path.join(homeFolder, "projects/fern/last-words.txt"), "utf8")).toBe("said");
      if (lab.address.kind === "socket") await expect(stat(lab.address.path)).rejects.toThrow();
      await Promise.all([lab.stop(), lab.kill(), lab.kill()]);
    });

    test("counts what it uses", async () => {
      const { lab, client } = await start();
      const before = await lab.usage();
      expect(before.memoryBytes).toBeGreaterThan(20_000_000);
      const kernel = await client.kernel();
      await kernel.execute("sum(range(10**7)); block = 'x' * 50_000_000");
      const after = await lab.usage();
      expect(after.memoryBytes).toBeGreaterThan(before.memoryBytes + 50_000_000);
      expect(after.cpuSeconds).toBeGreaterThan(before.cpuSeconds);
    });

    test("loses a kernel that wants too much memory, not itself, and says so", async () => {
      const { lab, client } = await start("ada", { limits: { ...limits, memoryBytes: gigabyte / 2 } });
      const kernel = await client.kernel();
      expect(await kernel.execute("block = bytearray(10 * 1024**3)\nblock[::4096] = b'x' * len(block[::4096])\nprint('grown')")).not.toContain("grown");
      expect((await client.request("GET", "api/status")).status).toBe(200);
      expect(await lab.memoryKills()).toBeGreaterThan(0);
    });

    test("ends what writes, and lives on", async () => {
      const { lab, client } = await start();
      const kernel = await client.kernel();
      const writing = kernel.execute("import time\nprint('begun', flush=True)\nwhile True: time.sleep(0.01)");
      await new Promise((resolve) => setTimeout(resolve, 500));
      await lab.stopWriters();
      expect(await writing).toContain("[died]");
      expect((await client.request("GET", "api/status")).status).toBe(200);
    });

    test("sees folders of groups as the role in each says, and no other; what one writes, others of the group change", async () => {
      const isRoot = process.getuid?.() === 0;
      const shared = async (slug: string, gid: number, role: Role | null): Promise<GroupFolder> => {
        const at = path.join(folder, "groups", slug);
        await mkdir(at, { recursive: true, mode: 0o700 });
        if (isRoot) {
          await chown(at, 0, gid);
          await chmod(at, 0o2770);
        }
        await writeFile(path.join(at, "given.txt"), slug);
        return { id: `group_${slug}` as GroupId, slug, folder: at, gid: isRoot ? gid : null, role };
      };
      const [read, write, led] = [
        await shared("readers", 1_000_000_001, "reader"),
        await shared("writers", 1_000_000_002, "writer"),
        await shared("led", 1_000_000_003, "admin"),
      ];
      await shared("others", 1_000_000_004, null);
      const { client } = await start("ada", { groups: [read, write, led, await shared("former", 1_000_000_005, null)] });
      const kernel = await client.kernel();
      const tried = `
import os
def write(name):
    try:
        with open(f"/mnt/{name}/new.txt", "w") as file: file.write(name)
        return "written"
    except OSError as problem:
        return type(problem).__name__
print(sorted(os.listdir("/mnt")), open("/mnt/readers/given.txt").read(), *map(write, ["readers", "writers", "led", "others"]))`;
      expect(await kernel.execute(tried)).toBe("['led', 'readers', 'writers'] readers OSError written written FileNotFoundError\n");
      await expect(stat(path.join(read.folder, "new.txt"))).rejects.toThrow();
      if (isRoot) expect(await stat(path.join(write.folder, "new.txt"))).toMatchObject({ gid: write.gid });
      const other = await start("grace", { groups: [{ ...write, role: "writer" }] });
      expect(await (await other.client.kernel()).execute("open('/mnt/writers/new.txt', 'a').write('+'); print(open('/mnt/writers/new.txt').read())")).toContain(
        "writers+",
      );
    });

    test("refuses a folder outside of the home, and a name that is none", async () => {
      const place = await home("ada");
      const request = { sessionId: "wrong", ...place, groups: [], folder: "../other", basePath: "/", pageOrigin, limits };
      expect(await kernels.startLab(request)).toMatchObject({ ok: false, failure: { code: "invalid" } });
      const nobody = { ...request, folder: "", person: { ...place.person, username: "../ada" } };
      expect(await kernels.startLab(nobody)).toMatchObject({ ok: false, failure: { code: "invalid" } });
    });

    test("two people's labs go on beside one another", async () => {
      const [one, two] = await Promise.all([start("ada"), start("grace")]);
      await writeFile(path.join(two.homeFolder, "projects/fern/secret.txt"), "secret", { mode: 0o666 });
      const kernel = await one.client.kernel();
      expect(await kernel.execute("import os; print(os.listdir('/home'))")).toBe("['ada']\n");
      expect(await kernel.execute(`open(${JSON.stringify(path.join(two.homeFolder, "projects/fern/secret.txt"))}).read()`)).toContain("FileNotFoundError");
    });
  });
}
