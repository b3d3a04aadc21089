import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RepositoryId } from "#lib/domain/ids.ts";
import type { Context } from "#server/context.ts";
import { code, createWorld, person, type TestWorld, value, visitor } from "#tests/world.ts";
import { type ZipEntry, zip } from "#tests/zip.ts";
import { admitImport, type ImportArchive, importArchive } from "./import-archive.ts";
import { listOwnProjects } from "./list-own-projects.ts";

let world: TestWorld;
let ada: Context;
let folder: string;
let sent = 0;

beforeAll(async () => {
  world = await createWorld({ SHEAF_FILE_MB: "1", SHEAF_IMPORT_MB: "4" });
  ada = world.as(person(await world.user("ada", "author"), "ada", "author"));
  folder = await mkdtemp(path.join(tmpdir(), "sheaf-archives-"));
});
afterAll(() => world.close());

type Sent = Readonly<Record<string, Uint8Array | string>>;
async function send(files: Sent, more: Partial<ImportArchive> = {}) {
  const arrived = [];
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, String(sent++));
    await writeFile(file, content);
    arrived.push({ name, file, bytes: (await stat(file)).size });
  }
  let disposed = 0;
  const dispose = async () => {
    disposed += 1;
  };
  const made = await importArchive(ada, { files: arrived, dispose, ...more });
  await expect.poll(() => disposed).toBeGreaterThan(0);
  return made;
}
const sendZip = (entries: readonly ZipEntry[]) => send({ "sent.zip": zip(entries) });

async function contents(id: string): Promise<Record<string, string>> {
  const repository = (await world.store.findProject(id))?.repositoryId as RepositoryId;
  const commit = value(await world.services.forge.resolve(repository, "main"));
  const files = value(await world.services.forge.listTree(repository, commit));
  const read = files.map(async ({ path: at, kind }) => {
    const text = new TextDecoder().decode(value(await world.services.forge.readFile(repository, commit, at, 1e7)));
    return [kind === "executable" ? `${at}*` : at, text.length > 100 ? `${text.length}` : text] as const;
  });
  return Object.fromEntries(await Promise.all(read));
}

const notebook = (title: string, tags: readonly string[] = []) =>
  JSON.stringify({
    nbformat: 4,
    nbformat_minor: 4,
    metadata: { kernelspec: { name: "python3", language: "python", display_name: "Python 3" } },
    cells: [
      { cell_type: "markdown", metadata: {}, source: `# ${title}` },
      { cell_type: "code", metadata: { tags }, source: "n = 1", outputs: [], execution_count: null },
    ],
  });

describe("importing files", () => {
  test("one notebook is a project that is called as it is, and a worksheet where it has parameters", async () => {
    const plain = value(await send({ "my notes.ipynb": notebook("Of mice") }));
    expect(plain).toMatchObject({ title: "Of mice", slug: "of-mice", state: "ready" });
    expect(Object.keys(await contents(plain.id))).toEqual(["my notes.ipynb"]);
    expect((await world.store.findProject(plain.id))?.type).toBe("notebook");
    const form = value(await send({ "form.ipynb": notebook("Form", ["parameters"]) }));
    expect((await world.store.findProject(form.id))?.type).toBe("worksheet");
  });

  test("a folder keeps its paths, without the folder around everything", async () => {
    const made = value(await send({ "study/README.md": "# The *study*\n", "study/data/a.csv": "1", "study/.git/config": "[core]", "study/.DS_Store": "x" }));
    expect(made.title).toBe("The *study*");
    expect(await contents(made.id)).toEqual({ "README.md": "# The *study*\n", "data/a.csv": "1" });
  });

  test("a zip archive as programs write it, with what may be run kept so", async () => {
    const made = value(
      await sendZip([
        { name: "top/", mode: 0o40755 },
        { name: "top/run.sh", content: "echo", mode: 0o100755 },
        { name: "top/deep/er/a.txt", content: "hello", deflate: true },
        { name: "__MACOSX/top/._a.txt", content: "x" },
      ]),
    );
    expect([made.title, await contents(made.id)]).toEqual(["Sent", { "run.sh*": "echo", "deep/er/a.txt": "hello" }]);
    const python = path.join(folder, "python.zip");
    execFileSync("python3", [
      "-c",
      `import zipfile\nwith zipfile.ZipFile(${JSON.stringify(python)}, "w", zipfile.ZIP_DEFLATED) as z: z.writestr("größe.txt", "ä" * 1000)`,
    ]);
    const packed = { name: "python.zip", file: python, bytes: (await stat(python)).size };
    const other = value(await importArchive(ada, { files: [packed], dispose: async () => {}, title: "By Python", type: "shell" }));
    expect(await contents(other.id)).toEqual({ "größe.txt": "1000" });
  });

  test("more than fits into memory at once becomes one version all the same", async () => {
    const small = await createWorld({ SHEAF_FILE_MB: "40", SHEAF_IMPORT_MB: "400" });
    try {
      const author = small.as(person(await small.user("ada", "author"), "ada", "author"));
      const files = [];
      for (let n = 0; n < 4; n++) {
        const file = path.join(folder, `large-${n}`);
        await writeFile(file, Buffer.alloc(30 * 1024 * 1024, n));
        files.push({ name: `large/${n}.bin`, file, bytes: 30 * 1024 * 1024 });
      }
      let disposed = () => {};
      const end = new Promise<void>((resolve) => {
        disposed = resolve;
      });
      const made = value(await importArchive(author, { files, dispose: async () => disposed(), title: "Large" }));
      await end;
      await expect.poll(async () => (await small.store.findProject(made.id))?.state, { timeout: 60_000 }).toBe("ready");
      const repository = (await small.store.findProject(made.id))?.repositoryId as RepositoryId;
      const commit = value(await small.services.forge.resolve(repository, "main"));
      const { versions } = value(await small.services.forge.history(repository, commit));
      expect(versions).toHaveLength(1);
      const opened = value(await small.services.forge.openFile(repository, commit, "3.bin"));
      expect(opened.bytes).toBe(30 * 1024 * 1024);
      await opened.stream.cancel();
    } finally {
      await small.close();
    }
  });
});

describe("archives that are refused, with nothing made", () => {
  const cases: Record<string, readonly ZipEntry[] | Buffer> = {
    "no archive at all": Buffer.from("PK\x03\x04 but not really"),
    "a cut one": zip([{ name: "a.txt", content: "hello".repeat(1000) }]).subarray(0, 3000),
    "a path that leads out": [{ name: "../../etc/cron.d/x", content: "x" }],
    "a path that leads out further in": [{ name: "a/../../x", content: "x" }],
    "an absolute path": [{ name: "/etc/passwd", content: "x" }],
    "a path of other systems": [{ name: "..\\..\\x", content: "x" }],
    "a link": [{ name: "a", content: "/etc/passwd", mode: 0o120777 }],
    "a device": [{ name: "a", mode: 0o020666 }],
    "one name twice": [
      { name: "a", content: "1" },
      { name: "a", content: "2" },
    ],
    "a file that is a folder": [
      { name: "x", content: "1" },
      { name: "a", content: "1" },
      { name: "a/b", content: "2" },
    ],
    "a password": [{ name: "a", content: "x", encrypted: true }],
    nothing: [{ name: "a/", mode: 0o40755 }],
    "rubbish alone": [{ name: ".git/config", content: "x" }],
    "a file beyond the limit": [{ name: "a", content: Buffer.alloc(1024 * 1024 + 1), deflate: true }],
    "more than the limit together": Array.from({ length: 5 }, (_, n) => ({ name: `f${n}`, content: Buffer.alloc(1024 * 1024), deflate: true })),
    "a million names": Array.from({ length: 60_000 }, (_, n) => ({ name: `f${n}` })),
  };
  test.each(Object.entries(cases))("%s", async (_name, archive) => {
    const before = value(await listOwnProjects(ada, { limit: 100 })).items.length;
    const repositories = (await readdir(path.join(world.folder, "repositories"), { recursive: false }).catch(() => [])).length;
    const refused = Buffer.isBuffer(archive) ? await send({ "sent.zip": archive }) : await sendZip(archive);
    expect(["invalid", "too_large"]).toContain(code(refused));
    expect(refused.ok || Object.keys(refused.failure.fields ?? {})).toEqual(["files"]);
    expect(value(await listOwnProjects(ada, { limit: 100 })).items).toHaveLength(before);
    expect((await readdir(path.join(world.folder, "repositories")).catch(() => [])).length).toBe(repositories);
  });

  test("entries that share their packed bytes, or unpack to a thousand times their size", async () => {
    const roomy = await createWorld({ SHEAF_FILE_MB: "2000", SHEAF_IMPORT_MB: "900000" });
    try {
      const author = roomy.as(person(await roomy.user("ada", "author"), "ada", "author"));
      const zeros = { content: Buffer.alloc(120 * 1024 * 1024), deflate: true };
      const overlapping = zip([
        { name: "a", content: "x".repeat(5000) },
        { name: "b", content: "y" },
      ]);
      // The second entry is said to be the first one's bytes, and as many.
      const second = overlapping.lastIndexOf("PK\x01\x02");
      overlapping.writeUInt32LE(5000, second + 20);
      overlapping.writeUInt32LE(5000, second + 24);
      overlapping.writeUInt32LE(0, second + 42);
      for (const archive of [zip([{ name: "bomb", ...zeros }]), overlapping]) {
        const file = path.join(folder, String(sent++));
        await writeFile(file, archive);
        const refused = await importArchive(author, { files: [{ name: "a.zip", file, bytes: archive.length }], dispose: async () => {} });
        expect(refused).toMatchObject({ ok: false, failure: { code: "invalid", message: expect.stringContaining("unpacks to far more") } });
      }
    } finally {
      await roomy.close();
    }
  });

  test("an entry that is more than the list says stops there, and the project says that it failed", async () => {
    const made = value(await sendZip([{ name: "a", content: Buffer.alloc(500_000), claimsBytes: 10, deflate: true }]));
    expect(made).toMatchObject({ state: "failed", problem: expect.stringContaining("damaged") });
    expect((await world.store.findProject(made.id))?.repositoryId).toBeNull();
  });

  test("other kinds of archives are named; no file is no import; strangers and readers are not let in", async () => {
    expect(await send({ "a.tar.gz": "x" })).toMatchObject({ ok: false, failure: { message: expect.stringContaining("zip") } });
    expect(code(await importArchive(ada, { files: [], dispose: async () => {} }))).toBe("invalid");
    expect(code(admitImport(world.as(visitor())))).toBe("unauthenticated");
    expect(code(admitImport(world.as(person(await world.user("rita"), "rita"))))).toBe("forbidden");
  });
});
