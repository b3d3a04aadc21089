import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chown, link, lstat, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Result } from "#lib/result.ts";
import type { Home, Homes } from "#server/ports/homes.ts";
import { createFileHomes } from "./homes.ts";

const isRoot = process.getuid?.() === 0;
const uid = isRoot ? 700_001 : null;
const home: Home = { username: "mallory", uid };
const bytes = (text: string) => new TextEncoder().encode(text);
const code = (result: Result<unknown>) => (result.ok ? "ok" : result.failure.code);

let folder: string;
let homes: Homes;
let root: string;
/** What none of the person's files may lead to. */
let outside: string;
let children: ChildProcess[];

/** A program of the person's own, in their home, as their own uid. */
function program(command: string, args: readonly string[], cwd = root): ChildProcess {
  const child = spawn(command, args, { cwd, stdio: ["ignore", "pipe", "ignore"], ...(uid === null ? {} : { uid, gid: uid }) });
  children.push(child);
  return child;
}

/** Owner and link as the person would make them. */
async function linkTo(target: string, at: string): Promise<void> {
  await symlink(target, path.join(root, at));
}

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "hostile-"));
  homes = createFileHomes({ dataFolder: folder, homeBytes: 1e9 });
  await homes.ensure(home);
  root = homes.folderOf(home);
  outside = path.join(folder, "outside");
  await mkdir(path.join(outside, "below"), { recursive: true });
  for (const name of ["secret.txt", "below/secret.txt"]) await writeFile(path.join(outside, name), "secret");
  children = [];
});
afterEach(async () => {
  for (const child of children) if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
  await Promise.all(children.map((child) => (child.exitCode === null && child.signalCode === null ? once(child, "exit") : null)));
  execFileSync("rm", ["-rf", folder]);
});

async function untouched(): Promise<void> {
  expect((await readdir(outside, { recursive: true })).sort()).toEqual(["below", "below/secret.txt", "secret.txt"]);
  for (const name of ["secret.txt", "below/secret.txt"]) expect(await readFile(path.join(outside, name), "utf8")).toBe("secret");
  for (const name of ["", "below", "secret.txt"]) expect((await stat(path.join(outside, name))).uid).toBe(process.getuid?.());
}

test("no link leads out, at any place of a path", async () => {
  await linkTo(outside, "private/out");
  await linkTo(path.join(outside, "secret.txt"), "private/secret.txt");
  await mkdir(path.join(root, "private/deep"));
  await linkTo(outside, "private/deep/out");
  for (const at of ["private/out/secret.txt", "private/secret.txt", "private/deep/out/below/secret.txt"]) {
    expect((await homes.open(home, at)).ok).toBe(false);
  }
  for (const at of ["private/out/new.txt", "private/deep/out/below/new.txt"]) expect((await homes.write(home, at, bytes("x"))).ok).toBe(false);
  for (const at of ["private/out", "private/deep/out/below"]) {
    expect((await homes.list(home, at)).ok).toBe(false);
    expect((await homes.scan(home, at)).ok).toBe(false);
  }
  for (const at of ["private/out/below", "private/out/secret.txt"]) {
    expect((await homes.move(home, at, "private/mine")).ok).toBe(false);
    expect((await homes.trash(home, at)).ok).toBe(false);
    expect((await homes.remove(home, at)).ok).toBe(false);
  }
  const scanned = await homes.scan(home, "private");
  expect(scanned.ok && scanned.value.map((file) => [file.path, file.kind])).toEqual([
    ["deep/out", "link"],
    ["out", "link"],
    ["secret.txt", "link"],
  ]);
  // The link itself may be replaced, moved and removed.
  expect(code(await homes.write(home, "private/secret.txt", bytes("mine")))).toBe("ok");
  expect(code(await homes.move(home, "private/out", "private/there"))).toBe("ok");
  expect(code(await homes.trash(home, "private/there"))).toBe("ok");
  expect(code(await homes.remove(home, "private/deep"))).toBe("ok");
  await homes.emptyTrash(home, { before: new Date(Date.now() + 1000) });
  await untouched();
});

test("a program that swaps folders for links all the time leads nothing out", { timeout: 60_000 }, async () => {
  await mkdir(path.join(root, "private/real/below"), { recursive: true });
  const give = async (at: string) => (uid === null ? undefined : chown(path.join(root, at), uid, uid));
  for (const at of ["private", "private/real", "private/real/below"]) await give(at);
  const swapping = program(
    "sh",
    [
      "-c",
      'i=0; while :; do mv -T real aside 2>/dev/null; ln -sT "$1" real; rm -f real; mv -T aside real 2>/dev/null; i=$((i+1)); [ $i = 20 ] && echo going; done',
      "sh",
      outside,
    ],
    path.join(root, "private"),
  );
  if (swapping.stdout) await once(swapping.stdout, "data");
  const until = Date.now() + 4000;
  const read: string[] = [];
  let [written, turns] = [0, 0];
  while (Date.now() < until) {
    turns++;
    const answers = await Promise.all([
      homes.write(home, "private/real/below/mine.txt", bytes("mine")),
      homes.write(home, `private/real/${turns % 7}/new.txt`, bytes("mine"), { ifStamp: null }),
      homes.makeFolder(home, `private/real/f${turns % 5}`),
      homes.remove(home, "private/real/secret.txt"),
      homes.remove(home, "private/real/below"),
      homes.trash(home, "private/real/below"),
      homes.move(home, "private/real/below/secret.txt", `private/taken-${turns}`),
    ]);
    written += answers.filter((one) => one.ok).length;
    for (const at of ["private/real/secret.txt", "private/real/below/secret.txt"]) {
      const opened = await homes.open(home, at);
      if (opened.ok) read.push(await new Response(opened.value.stream).text());
    }
    const scanned = await homes.scan(home, "private");
    expect(scanned.ok && scanned.value.filter((file) => file.path.endsWith("secret.txt"))).toEqual([]);
    if (turns % 20 === 0) await homes.emptyTrash(home, { before: new Date(Date.now() + 1000) });
  }
  expect(read).toEqual([]);
  expect(written).toBeGreaterThan(10);
  await untouched();
});

test("removing a tree that is swapped for a link meanwhile removes nothing else", { timeout: 60_000 }, async () => {
  const swapping = program(
    "sh",
    [
      "-c",
      'echo going; while :; do mkdir -p tree/a/b 2>/dev/null; mv -T tree/a/b tree/a/c 2>/dev/null; ln -sT "$1" tree/a/b 2>/dev/null; ln -sT "$1/below" tree/a/d 2>/dev/null; ln -sT "$1" tree/l 2>/dev/null; rm -rf tree/a/b; done 2>/dev/null',
      "sh",
      outside,
    ],
    path.join(root, "private"),
  );
  if (swapping.stdout) await once(swapping.stdout, "data");
  const until = Date.now() + 3000;
  let removed = 0;
  while (Date.now() < until) if ((await homes.remove(home, "private/tree")).ok) removed++;
  expect(removed).toBeGreaterThan(3);
  await untouched();
});

test("pipes, sockets and devices neither block nor answer", async () => {
  execFileSync("mkfifo", [path.join(root, "private/pipe")]);
  const socket = net.createServer().listen(path.join(root, "private/socket"));
  await once(socket, "listening");
  if (isRoot) execFileSync("mknod", [path.join(root, "private/device"), "c", "1", "5"]);
  const odd = ["pipe", "socket", ...(isRoot ? ["device"] : [])];
  for (const name of odd) {
    const found = await homes.find(home, `private/${name}`);
    expect([name, found.ok && found.value.kind]).toEqual([name, "other"]);
    expect([name, code(await homes.open(home, `private/${name}`))]).toEqual([name, "not_found"]);
    expect(code(await homes.list(home, `private/${name}`))).toBe("not_found");
  }
  const scanned = await homes.scan(home, "private");
  expect(scanned.ok && scanned.value).toEqual([]);
  expect(code(await homes.write(home, "private/pipe", bytes("a file now")))).toBe("ok");
  expect(code(await homes.trash(home, "private/socket"))).toBe("ok");
  expect(code(await homes.remove(home, `private/${odd.at(-1)}`))).toBe(isRoot ? "ok" : "not_found");
  socket.close();
});

test("a file that is leased answers at once", async () => {
  await homes.write(home, "private/leased.txt", bytes("x"));
  const lease = '$SIG{IO}="IGNORE"; $|=1; open F,"+<","private/leased.txt" or die; fcntl(F,1024,1) or die; print "held\\n"; sleep 60';
  const holder = program("perl", ["-e", lease]);
  const [said] = holder.stdout ? await once(holder.stdout, "data") : [];
  expect(String(said)).toBe("held\n");
  const begun = Date.now();
  expect(code(await homes.open(home, "private/leased.txt"))).toBe("unavailable");
  expect(code(await homes.scan(home, "private"))).toBe("unavailable");
  expect(Date.now() - begun).toBeLessThan(5000);
});

test("a tree of five thousand levels is counted, trashed and removed", { timeout: 120_000 }, async () => {
  const dig = (name: string) =>
    execFileSync(
      process.execPath,
      ["-e", `for (let i = 0; i < 5000; i++) { fs.mkdirSync("${name}"); process.chdir("${name}"); } fs.writeFileSync("x", "y".repeat(100000))`],
      {
        cwd: path.join(root, "private"),
      },
    );
  dig("d");
  expect(code(await homes.list(home, "private/d"))).toBe("ok");
  expect(code(await homes.scan(home, "private"))).toBe("too_large");
  expect((await homes.usage(home, { fresh: true })).usedBytes).toBeGreaterThan(100_000);
  expect(code(await homes.trash(home, "private/d"))).toBe("ok");
  await homes.emptyTrash(home, { before: new Date(Date.now() + 1000) });
  expect((await homes.usage(home, { fresh: true })).usedBytes).toBeLessThan(100_000);
  expect(await readdir(path.join(root, "private"))).toEqual([]);
});

test("names that break lines or are no text are never shown, and go with their folder", async () => {
  await mkdir(path.join(root, "private/odd"));
  for (const name of [Buffer.from("a\nb"), Buffer.from("c\u001b[31m"), Buffer.from([0x66, 0xff])])
    await writeFile(Buffer.concat([Buffer.from(path.join(root, "private/odd/")), name]), "x");
  const listed = await homes.list(home, "private/odd", { hidden: true });
  expect(listed.ok && listed.value.entries).toEqual([]);
  const scanned = await homes.scan(home, "private/odd");
  expect(scanned.ok && scanned.value).toEqual([]);
  expect(code(await homes.remove(home, "private/odd"))).toBe("ok");
});

test.skipIf(!isRoot)("a second name for somebody else's file neither reads nor changes it", async () => {
  await chown(path.join(outside, "secret.txt"), 700_009, 700_009);
  await link(path.join(outside, "secret.txt"), path.join(root, "private/linked.txt"));
  expect(code(await homes.open(home, "private/linked.txt"))).toBe("forbidden");
  expect(code(await homes.write(home, "private/linked.txt", bytes("mine")))).toBe("ok");
  expect((await stat(path.join(outside, "secret.txt"))).uid).toBe(700_009);
  expect(await readFile(path.join(outside, "secret.txt"), "utf8")).toBe("secret");
});

test("what the server keeps in a home may be replaced by a link, which is then named", async () => {
  await homes.write(home, "private/a.txt", bytes("x"));
  await rm(path.join(root, ".sheaf"), { recursive: true });
  await linkTo(outside, ".sheaf");
  for (const answer of [
    await homes.write(home, "private/a.txt", bytes("y")),
    await homes.trash(home, "private/a.txt"),
    await homes.beginUpload(home, "private/b", 1),
  ])
    expect(answer).toMatchObject({ ok: false, failure: { code: "conflict", message: expect.stringContaining(".sheaf") } });
  expect((await homes.open(home, "private/a.txt")).ok).toBe(true);
  expect(await homes.listTrash(home)).toEqual([]);
  await untouched();
});

test("records in the trash that the person wrote lead nowhere else", async () => {
  await homes.write(home, "private/a.txt", bytes("x"));
  const trashed = await homes.trash(home, "private/a.txt");
  if (!trashed.ok) throw new Error(trashed.failure.message);
  const record = path.join(root, ".sheaf/trash", `${trashed.value.id}.json`);
  for (const wrong of ["../../../outside/new", "/etc/new", ".sheaf/tmp/x", "a\nb"]) {
    await writeFile(record, JSON.stringify({ path: wrong, kind: "file", bytes: 1, trashedAt: new Date().toISOString() }));
    expect((await homes.restore(home, trashed.value.id)).ok).toBe(false);
  }
  for (const nonsense of ["", "{", "[]", "x".repeat(200_000)]) {
    await writeFile(record, nonsense);
    expect(await homes.listTrash(home)).toEqual([]);
  }
  await untouched();
});

describe.skipIf(!isRoot)("owners", () => {
  test("everything made belongs to the person, and nobody else reads it", async () => {
    await homes.write(home, "projects/p/deep/a.txt", bytes("x"));
    await homes.makeFolder(home, "private/f");
    const upload = await homes.beginUpload(home, "private/u", 1);
    if (!upload.ok) throw new Error(upload.failure.message);
    await homes.appendUpload(home, upload.value.uploadId, 0, new Blob(["1"]).stream());
    await homes.finishUpload(home, upload.value.uploadId);
    await homes.trash(home, "private/f");
    for (const name of ["", ...(await readdir(root, { recursive: true }))]) {
      const found = await lstat(path.join(root, name));
      expect([name, found.uid, found.gid, (found.mode & 0o777).toString(8)]).toEqual([name, 700_001, 700_001, found.isDirectory() ? "700" : "600"]);
    }
  });

  test("a home from before there were labs is given to its person, with bytes of its own", async () => {
    const old = path.join(folder, "homes/ada");
    await mkdir(path.join(old, "runs/growth/r"), { recursive: true });
    await writeFile(path.join(outside, "shared"), "x");
    await link(path.join(outside, "shared"), path.join(old, "runs/growth/r/a.txt"));
    await symlink("/etc/hostname", path.join(old, "runs/link"));
    await homes.ensure({ username: "ada", uid: 700_002 });
    for (const name of ["", ...(await readdir(old, { recursive: true }))]) expect([name, (await lstat(path.join(old, name))).uid]).toEqual([name, 700_002]);
    expect((await stat(path.join(outside, "shared"))).uid).toBe(0);
    expect((await stat("/etc/hostname")).uid).toBe(0);
  });
});

/** A disk of one megabyte that is really full. Not where one may not mount. */
const mayMount = isRoot && mounts();
function mounts(): boolean {
  const at = execFileSync("mktemp", ["-d"], { encoding: "utf8" }).trim();
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", at], { stdio: "ignore" });
    execFileSync("umount", [at]);
    return true;
  } catch {
    return false;
  } finally {
    execFileSync("rmdir", [at]);
  }
}

describe.skipIf(!mayMount)("a full disk", () => {
  let disk: string;
  beforeEach(async () => {
    disk = path.join(folder, "disk");
    await mkdir(disk);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m,mode=700", "tmpfs", disk]);
    homes = createFileHomes({ dataFolder: disk, homeBytes: 1e9 });
    await homes.ensure(home);
    root = homes.folderOf(home);
  });
  afterEach(() => {
    execFileSync("umount", ["--lazy", disk]);
  });

  test("changes nothing, is told, and everything but writing goes on", async () => {
    expect(code(await homes.write(home, "private/keep.txt", bytes("old")))).toBe("ok");
    expect(code(await homes.write(home, "private/large.bin", bytes("x".repeat(600_000))))).toBe("ok");
    const upload = await homes.beginUpload(home, "private/upload.bin", 2_000_000);
    if (!upload.ok) throw new Error(upload.failure.message);
    const parts = () => new Blob(Array.from({ length: 30 }, () => "x".repeat(65_536))).stream();
    expect(code(await homes.appendUpload(home, upload.value.uploadId, 0, parts()))).toBe("unavailable");
    expect(await homes.write(home, "private/keep.txt", bytes("y".repeat(200_000)))).toMatchObject({
      ok: false,
      failure: { code: "unavailable", message: expect.stringContaining("full") },
    });
    const opened = await homes.open(home, "private/keep.txt");
    expect(opened.ok && (await new Response(opened.value.stream).text())).toBe("old");
    expect(await readdir(path.join(root, ".sheaf/tmp"))).toEqual([]);
    expect(code(await homes.move(home, "private/keep.txt", "private/kept.txt"))).toBe("ok");
    const found = await homes.findUpload(home, upload.value.uploadId);
    expect(found.ok && found.value.receivedBytes).toBeGreaterThan(0);
    const trashed = await homes.trash(home, "private/large.bin");
    if (!trashed.ok) throw new Error(trashed.failure.message);
    expect(await homes.listTrash(home)).toMatchObject([{ id: trashed.value.id, path: "private/large.bin", bytes: 600_000 }]);
    expect(code(await homes.restore(home, trashed.value.id))).toBe("ok");
    expect(code(await homes.trash(home, "private/large.bin"))).toBe("ok");
    await homes.emptyTrash(home, { before: new Date(Date.now() + 1000) });
    expect(code(await homes.write(home, "private/kept.txt", bytes("y".repeat(200_000))))).toBe("ok");
    await homes.abandonUpload(home, upload.value.uploadId);
  });

  test("also removes folders", async () => {
    for (const at of ["a", "a/b", "a/b/c"]) await homes.write(home, `private/tree/${at}.d/x`, bytes("x"));
    await writeFile(path.join(root, "private/fill"), "x".repeat(2_000_000)).catch(() => undefined);
    expect(code(await homes.trash(home, "private/tree"))).toBe("ok");
    await homes.emptyTrash(home, { before: new Date(Date.now() + 1000) });
    expect(await readdir(path.join(root, "private"))).toEqual(["fill"]);
    expect(await readdir(path.join(root, ".sheaf/trash"))).toEqual([]);
  });
});

test("an upload that a crash cut in the middle of everything goes on", { timeout: 60_000 }, async () => {
  const module = path.join(import.meta.dirname, "homes.ts");
  const script = `
    import { createFileHomes } from ${JSON.stringify(module)};
    const homes = createFileHomes({ dataFolder: ${JSON.stringify(folder)}, homeBytes: 1e9 });
    const home = ${JSON.stringify(home)};
    const upload = await homes.beginUpload(home, "private/large.bin", 40_000_000);
    console.log(upload.value.uploadId);
    let sent = 0;
    const slowly = new ReadableStream({ async pull(c) { await new Promise((r) => setTimeout(r, 1)); c.enqueue(new Uint8Array(100_000).fill(sent++ % 251)); if (sent === 400) c.close(); } });
    await homes.appendUpload(home, upload.value.uploadId, 0, slowly);`;
  const writer = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: ["ignore", "pipe", "inherit"], cwd: process.cwd() });
  children.push(writer);
  const [said] = (await once(writer.stdout, "data")) as [Buffer];
  const uploadId = said.toString().trim();
  await expect
    .poll(
      async () => {
        const found = await homes.findUpload(home, uploadId);
        return found.ok ? found.value.receivedBytes : 0;
      },
      { timeout: 20_000 },
    )
    .toBeGreaterThan(2_000_000);
  writer.kill("SIGKILL");
  await once(writer, "exit");
  const found = await homes.findUpload(home, uploadId);
  if (!found.ok) throw new Error(found.failure.message);
  const { receivedBytes } = found.value;
  expect(receivedBytes).toBeLessThan(40_000_000);
  const all = new Uint8Array(40_000_000).map((_, at) => Math.floor(at / 100_000) % 251);
  expect(code(await homes.appendUpload(home, uploadId, receivedBytes, new Blob([all.subarray(receivedBytes)]).stream()))).toBe("ok");
  expect(code(await homes.finishUpload(home, uploadId))).toBe("ok");
  expect(Buffer.compare(await readFile(path.join(root, "private/large.bin")), all)).toBe(0);
});

test("a program that writes into a file all the while leaves its last words or ours, never a mixture", async () => {
  await homes.write(home, "private/both.txt", bytes("start"));
  const first = await homes.find(home, "private/both.txt");
  if (!first.ok) throw new Error(first.failure.message);
  await writeFile(path.join(root, "private/both.txt"), "theirs, longer");
  expect(code(await homes.write(home, "private/both.txt", bytes("ours"), { ifStamp: first.value.stamp }))).toBe("conflict");
  expect(await readFile(path.join(root, "private/both.txt"), "utf8")).toBe("theirs, longer");
  await rename(path.join(root, "private/both.txt"), path.join(root, "private/moved.txt"));
  expect(code(await homes.write(home, "private/both.txt", bytes("ours"), { ifStamp: first.value.stamp }))).toBe("conflict");
});
