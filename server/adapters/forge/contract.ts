import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, readlink, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BlobId, CommitId, RepositoryId } from "#lib/domain/ids.ts";
import type { Forge, ForgeVersion, NewContent, Repository } from "#server/ports/forge.ts";
import { author, bytes, failure, repositoryOf, request, text, value } from "./contract-values.ts";
import { copiesContract } from "./copies-contract.ts";

/** What every forge owes, whatever keeps the repositories. */
export function forgeContract(name: string, make: (folder: string) => Promise<Forge>): void {
  describe(`${name} as a forge`, () => {
    let folder: string;
    let forge: Forge;
    const repository = (changes: Record<string, string | null>) => repositoryOf(forge, changes);

    beforeAll(async () => {
      folder = await mkdtemp(path.join(os.tmpdir(), "forge-"));
      forge = await make(path.join(folder, "repositories"));
    });
    afterAll(async () => {
      await forge.close();
      await rm(folder, { recursive: true });
    });

    test("gives back what was committed, byte for byte", async () => {
      const hostile = 'a \u0000 b\r\n"quoted\\" é\n';
      const { id, commit } = await repository({ "data/a b.txt": hostile, 'we"ird\\é.md': "x", "empty.txt": "" });
      expect(new TextDecoder().decode(value(await forge.readFile(id, commit, "data/a b.txt", 1000)))).toBe(hostile);
      expect(value(await forge.readFile(id, commit, 'we"ird\\é.md', 1000))).toHaveLength(1);
      expect(value(await forge.readFile(id, commit, "empty.txt", 1000))).toHaveLength(0);
      expect(value(await forge.resolve(id, "main"))).toBe(commit);
    });

    test("reads an old commit after a newer one, and a new one through the same reader", async () => {
      const { id, commit } = await repository({ "a.txt": "one", "b.txt": "two" });
      expect(await failure(forge.readFile(id, commit, "c.txt", 10))).toBe("not_found");
      const next = value(await forge.commit(id, request({ "a.txt": "changed", "b.txt": null }, commit)));
      expect(new TextDecoder().decode(value(await forge.readFile(id, next, "a.txt", 10)))).toBe("changed");
      expect(new TextDecoder().decode(value(await forge.readFile(id, commit, "a.txt", 10)))).toBe("one");
      expect(await failure(forge.readFile(id, next, "b.txt", 10))).toBe("not_found");
    });

    test("lets exactly one of several racing commits win", async () => {
      const { id, commit } = await repository({ "a.txt": "one" });
      const outcomes = await Promise.all(Array.from({ length: 6 }, (_, n) => failure(forge.commit(id, request({ "a.txt": `by ${n}` }, commit)))));
      expect(outcomes.sort()).toEqual(["conflict", "conflict", "conflict", "conflict", "conflict", "ok"]);
      expect(await failure(forge.commit(id, request({ "a.txt": "first?" }, null)))).toBe("conflict");
    });

    test("lists one level of a folder in pages", async () => {
      const { id, commit } = await repository({ "a.txt": "12345", "folder/b.txt": "1", "folder/c.txt": "2", "z.txt": "" });
      expect(value(await forge.listFiles(id, commit, ""))).toEqual({
        entries: [
          { name: "a.txt", kind: "file", bytes: 5 },
          { name: "folder", kind: "folder", bytes: null },
          { name: "z.txt", kind: "file", bytes: 0 },
        ],
        next: null,
      });
      const first = value(await forge.listFiles(id, commit, "folder", { limit: 1 }));
      expect([first.entries.map((entry) => entry.name), first.next]).toEqual([["b.txt"], "b.txt"]);
      expect(value(await forge.listFiles(id, commit, "folder", { after: "b.txt" })).entries.map((entry) => entry.name)).toEqual(["c.txt"]);
      expect(await failure(forge.listFiles(id, commit, "nowhere"))).toBe("not_found");
      expect(await failure(forge.listFiles(id, commit, "a.txt"))).toBe("not_found");
    });

    test("answers too_large before it reads a large file", async () => {
      const { id, commit } = await repository({ "a.txt": "12345" });
      expect(await failure(forge.readFile(id, commit, "a.txt", 4))).toBe("too_large");
    });

    test("refuses hostile refs, paths, commits and ids", async () => {
      const { id, commit } = await repository({ "a.txt": "x" });
      for (const ref of ["--upload-pack=x", "a..b", "main^{tree}", "HEAD@{1}", "", "a b", "main\nupdate", "../main", "x.lock"]) {
        expect([ref, await failure(forge.resolve(id, ref))]).toEqual([ref, "not_found"]);
        expect([ref, await failure(forge.commit(id, { ...request({ a: "x" }), ref }))]).toEqual([ref, "invalid"]);
      }
      for (const file of ["../a.txt", "/etc/passwd", "a.txt\ncontents HEAD", "./a.txt", ".git/config", "x/.GIT/hooks/y", "", "a//b", "a\u0000b"]) {
        expect([file, await failure(forge.readFile(id, commit, file, 1000))]).toEqual([file, "not_found"]);
        expect([file, await failure(forge.commit(id, request({ [file]: "x" }, commit)))]).toEqual([file, "invalid"]);
      }
      for (const other of ["HEAD", "main", "--all", commit.slice(0, 10), "0".repeat(40)]) {
        expect([other, await failure(forge.readFile(id, other as CommitId, "a.txt", 1000))]).toEqual([other, "not_found"]);
        expect([other, await failure(forge.exportTree(id, other as CommitId, folder, 1e6))]).toEqual([other, "not_found"]);
      }
      for (const other of ["../../etc", "x", "", `${id}/..`])
        expect([other, await failure(forge.resolve(other as RepositoryId, "main"))]).toEqual([other, "not_found"]);
    });

    test("lists repositories with their age, page after page, and none that was deleted", async () => {
      const made = [await repository({ "a.txt": "1" }), await repository({ "a.txt": "2" }), await repository({ "a.txt": "3" })].map(({ id }) => id);
      await forge.deleteRepository(made[2] as RepositoryId);
      const seen: string[] = [];
      for (let after: RepositoryId | null | undefined; after !== null; ) {
        const page: { repositories: readonly Repository[]; next: RepositoryId | null } = value(
          await forge.listRepositories({ limit: 1, ...(after ? { after } : {}) }),
        );
        for (const { id, createdAt } of page.repositories) {
          seen.push(id);
          expect(Math.abs(Date.now() - createdAt.getTime())).toBeLessThan(600_000);
        }
        after = page.next;
      }
      expect(new Set(seen).size).toBe(seen.length);
      expect(made.map((id) => seen.includes(id))).toEqual([true, true, false]);
    });

    test("says whether a repository is whole and has the commits that are asked for", async () => {
      const { id, commit } = await repository({ "a.txt": "x" });
      value(await forge.check(id, [commit]));
      expect(await failure(forge.check(id, [commit, "0".repeat(40) as CommitId]))).toBe("not_found");
      expect(await failure(forge.check("0".repeat(32) as RepositoryId, []))).toBe("not_found");
    });

    test("exports the tree of a commit", async () => {
      const many = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`many/${n % 7}/${n}.txt`, `file ${n}`]));
      const { id, commit } = await repository({ "a.txt": "x", "empty.txt": "", ".gitattributes": "a.txt export-ignore\n*.txt text eol=crlf\n", ...many });
      const into = path.join(folder, "export");
      await mkdir(into);
      value(await forge.exportTree(id, commit, into, 1e6));
      expect((await readdir(into)).sort()).toEqual([".gitattributes", "a.txt", "empty.txt", "many"]);
      expect(await readFile(path.join(into, "many/5/299.txt"), "utf8")).toBe("file 299");
      expect(await readlink(path.join(into, "a.txt")).catch(() => "a file")).toBe("a file");
    });

    test("exports nothing of a tree that stands for more bytes than are wanted", async () => {
      const { id, commit } = await repository({ ...Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`${n}.bin`, "0".repeat(1000)])) });
      const into = path.join(folder, "too-large");
      await mkdir(into);
      expect(await failure(forge.exportTree(id, commit, into, 49_999))).toBe("too_large");
      expect(await readdir(into)).toEqual([]);
      value(await forge.exportTree(id, commit, into, 50_000));
    });

    test("names every file of a commit with its kind and content, whatever it is called", async () => {
      const odd = ["-rf", "a b.txt", 'quote".md', "back\\slash", "*", ":(top)x", "ünï/côdé 漢字.ipynb", "deep/er/file", "HEAD"];
      const { id, commit } = await repository(Object.fromEntries(odd.map((name) => [name, `content of ${name}`])));
      const tree = value(await forge.listTree(id, commit));
      expect(tree.map((file) => file.path).sort()).toEqual([...odd].sort());
      for (const file of tree) {
        expect(file.kind).toBe("file");
        expect(text(value(await forge.readBlob(id, file.blob, 1000)))).toBe(`content of ${file.path}`);
        expect(text(value(await forge.readFile(id, commit, file.path, 1000)))).toBe(`content of ${file.path}`);
        expect(value(await forge.history(id, commit, { path: file.path })).versions).toHaveLength(1);
      }
      expect(await failure(forge.listTree(id, "0".repeat(40) as CommitId))).toBe("not_found");
      expect(await failure(forge.readBlob(id, tree[0]?.blob as BlobId, 3))).toBe("too_large");
      expect(await failure(forge.readBlob(id, commit as string as BlobId, 1000))).toBe("not_found");
      expect(await failure(forge.readBlob(id, "HEAD" as BlobId, 1000))).toBe("not_found");
    });

    test("opens a file of any size as a stream, and lets it be left half-read", async () => {
      const large = randomBytes(5_000_000);
      const id = value(await forge.createRepository("large"));
      const changes = new Map([
        ["large.bin", large],
        ["small.bin", large.subarray(0, 1000)],
        ["empty.bin", new Uint8Array()],
      ]);
      const commit = value(await forge.commit(id, { ...request({}), changes }));
      for (const [name, content] of changes) {
        const opened = value(await forge.openFile(id, commit, name));
        expect([name, opened.bytes]).toEqual([name, content.length]);
        expect(value(await forge.findFile(id, commit, name))).toEqual({ blob: opened.blob, bytes: content.length });
        expect(Buffer.from(await new Response(opened.stream).arrayBuffer()).equals(content)).toBe(true);
        expect(Buffer.from(value(await forge.readBlob(id, opened.blob, 5_000_000))).equals(content)).toBe(true);
      }
      const half = value(await forge.openFile(id, commit, "large.bin")).stream.getReader();
      await half.read();
      await half.cancel();
      for (const name of ["nothing", "", "../large.bin"]) {
        expect(await failure(forge.openFile(id, commit, name))).toBe("not_found");
        expect(await failure(forge.findFile(id, commit, name))).toBe("not_found");
      }
      expect(await failure(forge.findFile(id, "0".repeat(40) as CommitId, "large.bin"))).toBe("not_found");
      expect(value(await forge.readFile(id, commit, "small.bin", 1000))).toHaveLength(1000);
    });

    test("numbers versions from 1 along the first parents, page after page", async () => {
      const { id, commit } = await repository({ "a.txt": "0" });
      const line = [commit];
      for (let n = 1; n < 6; n++) line.unshift(value(await forge.commit(id, request({ [n % 2 ? "b.txt" : "a.txt"]: `${n}` }, line[0] as CommitId))));
      const newest = line[0] as CommitId;
      const seen: [string, number][] = [];
      for (let after: CommitId | null | undefined; after !== null; ) {
        const page: { versions: readonly ForgeVersion[]; next: CommitId | null } = value(
          await forge.history(id, newest, { limit: 2, ...(after ? { after } : {}) }),
        );
        seen.push(...page.versions.map((one): [string, number] => [one.commit, one.number]));
        after = page.next;
      }
      expect(seen).toEqual(line.map((one, index) => [one, 6 - index]));
      const first = value(await forge.history(id, newest, { limit: 1 })).versions[0];
      expect(first).toEqual({ commit: newest, parents: [line[1]], number: 6, message: "Save", author: "Ada", at: author.at });
      const ofA = value(await forge.history(id, newest, { path: "a.txt", limit: 2 }));
      expect(ofA.versions.map((one) => one.number)).toEqual([5, 3]);
      expect(value(await forge.history(id, newest, { path: "a.txt", after: ofA.next as CommitId })).versions.map((one) => one.number)).toEqual([1]);
      expect(value(await forge.history(id, newest, { path: "nothing" }))).toEqual({ versions: [], next: null });
      expect(await failure(forge.history(id, "0".repeat(40) as CommitId))).toBe("not_found");
    });

    test("tells how two commits differ, with what was moved", async () => {
      const long = Array.from({ length: 50 }, (_, n) => `line ${n}`).join("\n");
      const { id, commit } = await repository({ "kept.txt": "same", "old name.txt": long, "gone.txt": "x", "edited\u00e9.txt": "before" });
      const changes = { "old name.txt": null, "new -name.txt": `${long}\nmore`, "gone.txt": null, "edited\u00e9.txt": "after", "fresh.txt": "new" };
      const next = value(await forge.commit(id, request(changes, commit)));
      const found = [...value(await forge.compare(id, commit, next))].sort((a, b) => a.path.localeCompare(b.path, "en"));
      expect(found.map(({ path: at, from, kind }) => ({ path: at, kind, ...(from ? { from } : {}) }))).toEqual([
        { path: "edited\u00e9.txt", kind: "changed" },
        { path: "fresh.txt", kind: "added" },
        { path: "gone.txt", kind: "removed" },
        { path: "new -name.txt", kind: "moved", from: "old name.txt" },
      ]);
      expect(found.map((one) => [one.fromBlob === null, one.toBlob === null])).toEqual([
        [false, false],
        [true, false],
        [false, true],
        [false, false],
      ]);
      expect(text(value(await forge.readBlob(id, found[0]?.fromBlob as BlobId, 100)))).toBe("before");
      expect(value(await forge.compare(id, null, commit)).map((one) => one.kind)).toEqual(["added", "added", "added", "added"]);
      expect(value(await forge.compare(id, next, next))).toEqual([]);
      expect(await failure(forge.compare(id, "0".repeat(40) as CommitId, next))).toBe("not_found");
    });

    test("brings in a line of work that moved no branch", async () => {
      const { id, commit } = await repository({ "a.txt": "one" });
      const theirs = value(await forge.commit(id, request({ "a.txt": "two" }, commit)));
      const mine = value(await forge.commit(id, { ...request({ "b.txt": "mine" }, commit), ref: null }));
      expect(value(await forge.resolve(id, "main"))).toBe(theirs);
      expect([value(await forge.isAncestor(id, commit, mine)), value(await forge.isAncestor(id, theirs, mine))]).toEqual([true, false]);
      expect(value(await forge.isAncestor(id, "0".repeat(40) as CommitId, mine))).toBe(false);
      expect(value(await forge.isAncestor(id, mine, mine))).toBe(true);
      expect(value(await forge.mergeBase(id, mine, theirs))).toBe(commit);
      const merged = value(await forge.commit(id, { ...request({ "b.txt": "mine" }, theirs), merged: mine }));
      expect(value(await forge.isAncestor(id, theirs, merged))).toBe(true);
      expect(value(await forge.history(id, merged)).versions.map((one) => one.number)).toEqual([3, 2, 1]);
      const unrelated = value(await forge.commit(id, { ...request({ "c.txt": "x" }), ref: null }));
      expect(value(await forge.mergeBase(id, unrelated, theirs))).toBe(null);
      expect(await failure(forge.mergeBase(id, "0".repeat(40) as CommitId, theirs))).toBe("not_found");
    });

    test("takes content that it has already, and keeps an executable file executable", async () => {
      const { id, commit } = await repository({ "run.sh": "echo 1", "a.txt": "x" });
      const blob = value(await forge.listTree(id, commit)).find((file) => file.path === "run.sh")?.blob as BlobId;
      const at = async (commit: CommitId) => Object.fromEntries(value(await forge.listTree(id, commit)).map((file) => [file.path, file.kind]));
      const change = async (parent: CommitId, changes: Record<string, NewContent>) =>
        value(await forge.commit(id, { ...request({}, parent), changes: new Map(Object.entries(changes)) }));
      const one = await change(commit, {
        "run.sh": { blob, kind: "executable" },
        "tools/run copy.sh": { blob, kind: "executable" },
        link: { blob, kind: "link" },
      });
      expect(await at(one)).toEqual({ "run.sh": "executable", "tools/run copy.sh": "executable", link: "link", "a.txt": "file" });
      const two = await change(one, { "run.sh": bytes("echo 2"), "tools/run copy.sh": { blob }, "a.txt": { blob } });
      expect(await at(two)).toEqual({ "run.sh": "executable", "tools/run copy.sh": "executable", link: "link", "a.txt": "file" });
      expect(text(value(await forge.readFile(id, two, "a.txt", 100)))).toBe("echo 1");
      const kinds = new Map<string, NewContent>([
        ["run.sh", { bytes: bytes("echo 2"), kind: "file" }],
        ["a.txt", { bytes: bytes("echo 3"), kind: "executable" }],
      ]);
      const quiet = value(await forge.commit(id, { ...request({}), ref: null, parent: two, changes: kinds }));
      expect(await at(quiet)).toEqual({ "run.sh": "file", "tools/run copy.sh": "executable", link: "link", "a.txt": "executable" });
      expect(value(await forge.compare(id, two, quiet)).map((one) => [one.path, one.kind])).toEqual([
        ["a.txt", "changed"],
        ["run.sh", "changed"],
      ]);
      const three = await change(two, { "a.txt": null, "a.txt/b": bytes("a folder now"), "tools/run copy.sh": null, tools: bytes("a file now") });
      expect(await at(three)).toEqual({ "run.sh": "executable", link: "link", "a.txt/b": "file", tools: "file" });
      for (const content of ["0".repeat(40), commit, "HEAD"]) {
        const changes = new Map([["b", { blob: content as BlobId }]]);
        expect(await failure(forge.commit(id, { ...request({}, three), changes }))).toBe("invalid");
      }
      expect(await failure(forge.commit(id, { ...request({ b: "x" }, three), merged: "0".repeat(40) as CommitId }))).toBe("invalid");
    });

    test("forgets a deleted repository", async () => {
      const { id, commit } = await repository({ "a.txt": "x" });
      value(await forge.deleteRepository(id));
      expect(await failure(forge.resolve(id, "main"))).toBe("not_found");
      expect(await failure(forge.readFile(id, commit, "a.txt", 10))).toBe("not_found");
      expect(await failure(forge.deleteRepository(id))).toBe("not_found");
    });

    test("is deleted once, however many do so at the same time, and all are told that it is gone", async () => {
      for (let n = 0; n < 20; n += 1) {
        const made = value(await forge.createRepository(`Many ${n}`));
        const answers = await Promise.all(Array.from({ length: 4 }, () => forge.deleteRepository(made)));
        expect(answers.every((one) => one.ok || one.failure.code === "not_found")).toBe(true);
        expect(await failure(forge.resolve(made, "main"))).toBe("not_found");
      }
    });

    copiesContract(() => forge);
  });
}
