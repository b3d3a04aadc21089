import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Result } from "#lib/result.ts";
import type { FileStamp, Home, Homes } from "#server/ports/homes.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const stream = (...texts: string[]) => new Blob(texts).stream() as ReadableStream<Uint8Array>;
const gitId = (text: string) =>
  createHash("sha1")
    .update(`blob ${Buffer.byteLength(text)}\0${text}`)
    .digest("hex");
const code = (result: Result<unknown>) => (result.ok ? "ok" : result.failure.code);
function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.failure.code}: ${result.failure.message}`);
  return result.value;
}

export type HomesUnderTest = { readonly homes: Homes; readonly home: (username: string) => Home };

/** What all homes owe, wherever they lie. `homeBytes` of the homes made has to be 1 MB. */
export function homesContract(name: string, make: (folder: string) => Promise<HomesUnderTest>): void {
  describe(`${name} as homes`, () => {
    let folder: string;
    let homes: Homes;
    let home: Home;
    let number = 0;
    let newHome: () => Promise<Home>;
    const read = async (at: string, range?: { start: number; end: number }): Promise<string> => {
      const opened = await homes.open(home, at, range);
      return opened.ok ? new Response(opened.value.stream).text() : opened.failure.code;
    };
    const names = async (at = "", hidden = false) => value(await homes.list(home, at, { hidden })).entries.map((entry) => entry.name);

    beforeAll(async () => {
      folder = await mkdtemp(path.join(os.tmpdir(), "homes-"));
      const made = await make(folder);
      homes = made.homes;
      newHome = async () => {
        const next = made.home(`person-${++number}`);
        await homes.ensure(next);
        return next;
      };
      home = await newHome();
    });
    afterAll(() => rm(folder, { recursive: true }));

    test("a home has its folders from the start, and ensuring twice changes nothing", async () => {
      await homes.ensure(home);
      expect(await names()).toEqual(["private", "projects", "runs", "settings"]);
      expect(await homes.usernames()).toContain(home.username);
    });

    test("writes, reads, reads a part, and replaces", async () => {
      const made = value(await homes.write(home, "private/deep/er/a.txt", bytes("hello")));
      expect(made).toMatchObject({ name: "a.txt", path: "private/deep/er/a.txt", kind: "file", bytes: 5 });
      expect(value(await homes.find(home, "private/deep/er/a.txt")).stamp).toBe(made.stamp);
      expect(await read("private/deep/er/a.txt")).toBe("hello");
      expect(await read("private/deep/er/a.txt", { start: 1, end: 3 })).toBe("el");
      expect(await read("private/deep/er/a.txt", { start: 5, end: 9 })).toBe("");
      const again = value(await homes.write(home, "private/deep/er/a.txt", stream("good", "bye")));
      expect(again.stamp).not.toBe(made.stamp);
      expect(await read("private/deep/er/a.txt")).toBe("goodbye");
    });

    test("writes only over the file that was read, and makes only what is not there", async () => {
      const first = value(await homes.write(home, "private/s.txt", bytes("1"), { ifStamp: null }));
      expect(code(await homes.write(home, "private/s.txt", bytes("2"), { ifStamp: null }))).toBe("conflict");
      const second = value(await homes.write(home, "private/s.txt", bytes("22"), { ifStamp: first.stamp }));
      expect(code(await homes.write(home, "private/s.txt", bytes("333"), { ifStamp: first.stamp }))).toBe("conflict");
      expect(code(await homes.write(home, "private/none.txt", bytes("3"), { ifStamp: first.stamp }))).toBe("conflict");
      expect(code(await homes.remove(home, "private/s.txt", { ifStamp: first.stamp }))).toBe("conflict");
      expect(await read("private/s.txt")).toBe("22");
      expect(code(await homes.remove(home, "private/s.txt", { ifStamp: second.stamp }))).toBe("ok");
      expect(await read("private/s.txt")).toBe("not_found");
    });

    test("of many who make one file at once, one does", async () => {
      const written = await Promise.all(Array.from({ length: 12 }, (_, at) => homes.write(home, "private/race.txt", bytes(String(at)), { ifStamp: null })));
      expect(written.filter((one) => one.ok)).toHaveLength(1);
      expect(await read("private/race.txt")).toBe(String(written.findIndex((one) => one.ok)));
    });

    test("stops at the limit of a file with nothing changed", async () => {
      await homes.write(home, "private/l.txt", bytes("old"));
      expect(code(await homes.write(home, "private/l.txt", stream("123", "456", "789"), { limitBytes: 6 }))).toBe("too_large");
      expect(await read("private/l.txt")).toBe("old");
    });

    test("keeps what is executable so, unless it is told otherwise", async () => {
      const kind = async () => value(await homes.scan(home, "private/x")).map((file) => file.kind);
      await homes.write(home, "private/x/run.sh", bytes("1"), { executable: true });
      await homes.write(home, "private/x/run.sh", bytes("2"));
      expect(await kind()).toEqual(["executable"]);
      await homes.write(home, "private/x/run.sh", bytes("3"), { executable: false });
      expect(await kind()).toEqual(["file"]);
    });

    test("makes many files at once, each only where there is none, and says where something is", async () => {
      await homes.write(home, "private/many/taken.txt", bytes("old"));
      await homes.write(home, "private/many/file", bytes("no folder"));
      const paths = Array.from({ length: 500 }, (_, at) => `private/many/${at % 7}/${at}.txt`);
      const file = (path: string) => ({ path, executable: path.endsWith("/1.txt"), open: async () => (path.length % 2 ? bytes(path) : stream(path)) });
      let done = 0;
      const all = [...paths, "private/many/taken.txt", "private/many/file/below.txt"].map(file);
      const taken = value(
        await homes.writeMany(home, all, {
          onProgress: (now) => {
            done = now;
          },
        }),
      );
      expect([[...taken].sort(), done]).toEqual([["private/many/file/below.txt", "private/many/taken.txt"], 502]);
      const found = value(await homes.scan(home, "private/many"));
      expect(found).toHaveLength(502);
      for (const { path, kind, blob } of found.filter((one) => one.path.includes("/")))
        expect([path, kind, blob]).toEqual([path, path === "1/1.txt" ? "executable" : "file", gitId(`private/many/${path}`)]);
      expect(await read("private/many/taken.txt")).toBe("old");
      expect(value(await homes.writeMany(home, paths.map(file)))).toHaveLength(500);
      expect(code(await homes.writeMany(home, [file("private/ok.txt"), file("../x")]))).toBe("invalid");
      const broken = { path: "private/broken.txt", executable: false, open: () => Promise.reject(new Error("broken")) };
      await expect(homes.writeMany(home, [file("private/beside.txt"), broken])).rejects.toThrow("broken");
      expect([await read("private/beside.txt"), await read("private/broken.txt")]).toEqual(["not_found", "not_found"]);
      await expect(homes.writeMany(home, [file("private/beside.txt")], { signal: AbortSignal.abort() })).rejects.toThrow();
      const large = { path: "private/large.bin", executable: false, open: async () => stream(...Array(30).fill("x".repeat(100_000))) };
      expect(code(await homes.writeMany(home, [large]))).toBe("too_large");
    });

    test("makes a file executable and back, only the one that was looked at, and leaves its content", async () => {
      const first = value(await homes.write(home, "private/x/tool.sh", bytes("echo")));
      const stampOf = async () => value(await homes.find(home, "private/x/tool.sh")).stamp;
      const kind = async () => value(await homes.scan(home, "private/x")).find((file) => file.path === "tool.sh")?.kind;
      const made = value(await homes.setExecutable(home, "private/x/tool.sh", true, { ifStamp: first.stamp }));
      expect([await kind(), await stampOf(), await read("private/x/tool.sh")]).toEqual(["executable", made.stamp, "echo"]);
      expect(code(await homes.setExecutable(home, "private/x/tool.sh", false, { ifStamp: first.stamp }))).toBe("conflict");
      value(await homes.setExecutable(home, "private/x/tool.sh", false, { ifStamp: made.stamp }));
      expect(await kind()).toBe("file");
      for (const at of ["private/x", "private/none", ".sheaf/tmp", "../x"])
        expect(code(await homes.setExecutable(home, at, true, { ifStamp: made.stamp }))).not.toBe("ok");
    });

    test("refuses names that lead elsewhere or break things", async () => {
      const bad = ["../x", "a/../b", "/etc/passwd", "a//b", "a/", ".", "..", "a\u0000b", "a\nb", "a\u007fb", "x".repeat(256), `${"long/".repeat(1000)}x`];
      for (const at of bad) {
        const answers = [
          await homes.find(home, at),
          await homes.open(home, at),
          await homes.list(home, at),
          await homes.write(home, at, bytes("x")),
          await homes.makeFolder(home, at),
          await homes.move(home, "private", at),
          await homes.trash(home, at),
          await homes.remove(home, at),
          await homes.beginUpload(home, at, 1),
          await homes.scan(home, at),
        ].map(code);
        expect([at, new Set(answers)]).toEqual([at, new Set(["invalid"])]);
      }
      for (const at of [".sheaf", ".sheaf/tmp", ".sheaf/trash/x"])
        expect([code(await homes.find(home, at)), code(await homes.list(home, at))]).toEqual(["not_found", "not_found"]);
      for (const bad of ["../x", "", "A", "x/y"]) await expect(homes.list({ ...home, username: bad }, "")).rejects.toThrow();
    });

    test("the home itself is neither written, moved nor removed", async () => {
      for (const answer of [
        await homes.write(home, "", bytes("x")),
        await homes.move(home, "", "x"),
        await homes.trash(home, ""),
        await homes.remove(home, ""),
      ])
        expect(code(answer)).toBe("invalid");
    });

    test("lists folders first, numbers in their order, hidden names only when asked, in pages", async () => {
      for (const file of ["f10.txt", "f2.txt", ".hidden", "z/a", "y/a"]) await homes.write(home, `private/list/${file}`, bytes("x"));
      expect(await names("private/list")).toEqual(["y", "z", "f2.txt", "f10.txt"]);
      expect(await names("private/list", true)).toEqual(["y", "z", ".hidden", "f2.txt", "f10.txt"]);
      const paged: string[] = [];
      for (let after: string | undefined; ; ) {
        const page = value(await homes.list(home, "private/list", { limit: 1, ...(after === undefined ? {} : { after }) }));
        paged.push(...page.entries.map((entry) => entry.name));
        if (page.next === null) break;
        after = page.next;
      }
      expect(paged).toEqual(["y", "z", "f2.txt", "f10.txt"]);
      expect(await names("", true)).not.toContain(".sheaf");
      expect(code(await homes.list(home, "private/list", { after: "nonsense" }))).toBe("invalid");
      expect(code(await homes.list(home, "private/none"))).toBe("not_found");
      expect(code(await homes.list(home, "private/list/f2.txt"))).toBe("not_found");
    });

    test("makes and moves without ever replacing", async () => {
      value(await homes.makeFolder(home, "private/m/one"));
      expect(code(await homes.makeFolder(home, "private/m/one"))).toBe("conflict");
      await homes.write(home, "private/m/a.txt", bytes("a"));
      await homes.write(home, "private/m/b.txt", bytes("b"));
      expect(code(await homes.move(home, "private/m/a.txt", "private/m/b.txt"))).toBe("conflict");
      expect(code(await homes.move(home, "private/m/one", "private/m/a.txt"))).toBe("conflict");
      expect(code(await homes.move(home, "private/m", "private/m/one/inner"))).toBe("invalid");
      expect(code(await homes.move(home, "private/m/none", "private/m/n"))).toBe("not_found");
      expect(value(await homes.move(home, "private/m/a.txt", "private/m/one/c.txt"))).toMatchObject({ path: "private/m/one/c.txt", bytes: 1 });
      expect(value(await homes.move(home, "private/m/one", "private/m/two/three")).kind).toBe("folder");
      expect(await read("private/m/two/three/c.txt")).toBe("a");
    });

    test("a folder is no file", async () => {
      await homes.makeFolder(home, "private/folder");
      expect(await read("private/folder")).toBe("conflict");
      expect(code(await homes.write(home, "private/folder", bytes("x")))).toBe("conflict");
      await homes.write(home, "private/file", bytes("x"));
      expect(code(await homes.write(home, "private/file/below", bytes("x")))).toBe("not_found");
    });

    test("trash keeps, restores in place or beside, and forgets for good", async () => {
      await homes.write(home, "private/t/data.csv", bytes("first"));
      const one = value(await homes.trash(home, "private/t/data.csv"));
      expect(one).toMatchObject({ path: "private/t/data.csv", kind: "file", bytes: 5 });
      await homes.write(home, "private/t/data.csv", bytes("second"));
      const two = value(await homes.trash(home, "private/t"));
      expect((await homes.listTrash(home)).map((entry) => entry.id).sort()).toEqual([one.id, two.id].sort());
      expect(value(await homes.restore(home, one.id)).path).toBe("private/t/data.csv");
      expect(value(await homes.restore(home, two.id)).path).toBe("private/t (2)");
      expect([await read("private/t/data.csv"), await read("private/t (2)/data.csv")]).toEqual(["first", "second"]);
      expect(code(await homes.restore(home, one.id))).toBe("not_found");
      const [old, other] = [value(await homes.trash(home, "private/t/data.csv")), value(await homes.trash(home, "private/t (2)"))];
      await homes.emptyTrash(home, { before: new Date(Date.now() - 60_000) });
      expect(await homes.listTrash(home)).toHaveLength(2);
      await homes.emptyTrash(home, { id: old.id });
      expect((await homes.listTrash(home)).map((entry) => entry.id)).toEqual([other.id]);
      await homes.emptyTrash(home, { before: new Date(Date.now() + 60_000) });
      expect(await homes.listTrash(home)).toEqual([]);
    });

    test("restored files of one name stand beside one another", async () => {
      const ids: string[] = [];
      for (const text of ["1", "2", "3"]) {
        await homes.write(home, "private/beside/a.tar.gz", bytes(text));
        ids.push(value(await homes.trash(home, "private/beside/a.tar.gz")).id);
      }
      for (const id of ids) value(await homes.restore(home, id));
      expect(await names("private/beside")).toEqual(["a.tar (2).gz", "a.tar (3).gz", "a.tar.gz"]);
    });

    test("an upload goes on where it was cut, and finishes once", async () => {
      const { uploadId } = value(await homes.beginUpload(home, "private/up/large.bin", 10));
      const cut = new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(bytes("0123"));
        },
        pull(controller) {
          controller.error(new Error("the line was cut"));
        },
      });
      await expect(homes.appendUpload(home, uploadId, 0, cut)).rejects.toThrow("cut");
      expect(value(await homes.findUpload(home, uploadId))).toMatchObject({ path: "private/up/large.bin", receivedBytes: 4, totalBytes: 10 });
      expect(code(await homes.finishUpload(home, uploadId))).toBe("conflict");
      expect(code(await homes.appendUpload(home, uploadId, 0, stream("0123")))).toBe("conflict");
      expect(value(await homes.appendUpload(home, uploadId, 4, stream("45", "6"))).receivedBytes).toBe(7);
      expect(code(await homes.appendUpload(home, uploadId, 7, stream("789", "more")))).toBe("too_large");
      const { receivedBytes } = value(await homes.findUpload(home, uploadId));
      value(await homes.appendUpload(home, uploadId, receivedBytes, stream("789".slice(receivedBytes - 7))));
      expect(value(await homes.finishUpload(home, uploadId))).toMatchObject({ path: "private/up/large.bin", bytes: 10 });
      expect(value(await homes.finishUpload(home, uploadId))).toMatchObject({ path: "private/up/large.bin", bytes: 10 });
      expect(await read("private/up/large.bin")).toBe("0123456789");
    });

    test("a piece that comes anew cuts off the one that hangs", async () => {
      const { uploadId } = value(await homes.beginUpload(home, "private/hang.bin", 4));
      const hanging = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(bytes("01")) });
      const first = homes.appendUpload(home, uploadId, 0, hanging);
      await expect.poll(async () => value(await homes.findUpload(home, uploadId)).receivedBytes).toBe(2);
      expect(value(await homes.appendUpload(home, uploadId, 2, stream("23"))).receivedBytes).toBe(4);
      expect(value(await first).receivedBytes).toBe(2);
      value(await homes.finishUpload(home, uploadId));
      expect(await read("private/hang.bin")).toBe("0123");
    });

    test("what an upload replaces lies in the trash", async () => {
      await homes.write(home, "private/again.txt", bytes("old"));
      const { uploadId } = value(await homes.beginUpload(home, "private/again.txt", 3));
      value(await homes.appendUpload(home, uploadId, 0, stream("new")));
      value(await homes.finishUpload(home, uploadId));
      expect(await read("private/again.txt")).toBe("new");
      const [trashed] = await homes.listTrash(home);
      expect(value(await homes.restore(home, trashed?.id ?? "")).path).toBe("private/again (2).txt");
      expect(await read("private/again (2).txt")).toBe("old");
    });

    test("abandoned uploads are gone, at once or after their time", async () => {
      const one = value(await homes.beginUpload(home, "private/x", 3));
      const two = value(await homes.beginUpload(home, "private/y", 3));
      await homes.abandonUpload(home, one.uploadId);
      await homes.abandonUpload(home, one.uploadId);
      await homes.sweep(home, new Date(Date.now() - 60_000));
      expect([code(await homes.findUpload(home, one.uploadId)), code(await homes.findUpload(home, two.uploadId))]).toEqual(["not_found", "ok"]);
      await homes.sweep(home, new Date(Date.now() + 60_000));
      for (const id of [two.uploadId, "../../x", ""]) expect(code(await homes.findUpload(home, id))).toBe("not_found");
      expect(code(await homes.appendUpload(home, two.uploadId, 0, stream("x")))).toBe("not_found");
    });

    test("scans with git's ids, the same the second time, without caches and git's own folder", async () => {
      const files = ["a.txt", "sub/b.txt", ".gitignore", ".binder/x", "binder/y", "empty"];
      const leftOut = [".git/config", ".ipynb_checkpoints/a", "sub/__pycache__/a", "node_modules/a", ".Trash-0/a", ".local/a", ".cache/a"];
      for (const file of [...files, ...leftOut]) await homes.write(home, `private/scan/${file}`, bytes(file === "empty" ? "" : file));
      const first = value(await homes.scan(home, "private/scan"));
      expect(first.map((file) => file.path)).toEqual([...files].sort());
      for (const file of first) expect([file.path, file.blob]).toEqual([file.path, gitId(file.path === "empty" ? "" : file.path)]);
      expect(value(await homes.scan(home, "private/scan"))).toEqual(first);
      const found = first.find((file) => file.path === "a.txt");
      expect(found?.stamp).toBe(value(await homes.find(home, "private/scan/a.txt")).stamp);
      await homes.write(home, "private/scan/a.txt", bytes("other"), { ifStamp: found?.stamp as FileStamp });
      expect(value(await homes.scan(home, "private/scan")).find((file) => file.path === "a.txt")?.blob).toBe(gitId("other"));
      expect(code(await homes.scan(home, "private/no"))).toBe("not_found");
    });

    test("sees every change of one and the same size, however quickly they follow", async () => {
      for (let turn = 0; turn < 60; turn++) {
        const text = String(turn).padStart(4, "0");
        await homes.write(home, "private/quick/a.txt", bytes(text));
        expect(value(await homes.scan(home, "private/quick"))[0]?.blob).toBe(gitId(text));
      }
    });

    test("counts, refuses what grows beyond the room there is, and lets everything else be", async () => {
      home = await newHome();
      const large = "x".repeat(700_000);
      value(await homes.write(home, "private/a.bin", bytes(large)));
      const usage = await homes.usage(home, { fresh: true });
      expect(usage.limitBytes).toBe(1024 * 1024);
      expect(usage.usedBytes).toBeGreaterThan(700_000);
      expect(code(await homes.write(home, "private/b.bin", bytes(large)))).toBe("too_large");
      expect(code(await homes.write(home, "private/b.bin", stream(large, large)))).toBe("too_large");
      expect(code(await homes.write(home, "private/a.bin", bytes(`${large}${large}`)))).toBe("too_large");
      expect(code(await homes.beginUpload(home, "private/b.bin", 700_000))).toBe("too_large");
      expect(await names("private")).toEqual(["a.bin"]);
      expect(await read("private/a.bin", { start: 0, end: 3 })).toBe("xxx");
      expect(code(await homes.move(home, "private/a.bin", "private/c.bin"))).toBe("ok");
      value(await homes.write(home, "private/c.bin", bytes("x".repeat(600_000))));
      value(await homes.write(home, "private/beyond.bin", bytes(large), { beyondQuota: true }));
      // Once more what a home holds, and no further.
      expect(code(await homes.write(home, "private/far.bin", bytes(`${large}${large}`), { beyondQuota: true }))).toBe("too_large");
      value(await homes.write(home, "private/c.bin", bytes("x".repeat(500_000))));
      const trashed = value(await homes.trash(home, "private/beyond.bin"));
      expect((await homes.usage(home, { fresh: true })).usedBytes).toBeGreaterThan(1_200_000);
      await homes.emptyTrash(home, { id: trashed.id });
      expect((await homes.usage(home)).usedBytes).toBeLessThan(600_000);
      expect(code(await homes.write(home, "private/small.txt", bytes("x")))).toBe("ok");
    });
  });
}
