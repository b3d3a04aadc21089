import { mkdir, mkdtemp, readdir, readFile, readlink, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CommitId, RepositoryId } from "#lib/domain/ids.ts";
import type { Result } from "#lib/result.ts";
import type { CommitRequest, Forge, Repository } from "#server/ports/forge.ts";

const author = { name: "Ada", email: "ada@example.org", at: new Date("2026-01-02T03:04:05Z") };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const request = (changes: Record<string, string | null>, parent: CommitId | null = null): CommitRequest => ({
  ref: "main",
  parent,
  message: "Save",
  author,
  changes: new Map(Object.entries(changes).map(([name, text]) => [name, text === null ? null : bytes(text)])),
});

export function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.failure.code}: ${result.failure.message}`);
  return result.value;
}

/** What every forge owes, whatever keeps the repositories. */
export function forgeContract(name: string, make: (folder: string) => Promise<Forge>): void {
  describe(`${name} as a forge`, () => {
    let folder: string;
    let forge: Forge;
    const repository = async (changes: Record<string, string | null>): Promise<{ id: RepositoryId; commit: CommitId }> => {
      const id = value(await forge.createRepository("test"));
      return { id, commit: value(await forge.commit(id, request(changes))) };
    };
    const failure = async (result: Promise<Result<unknown>>): Promise<string> => {
      const settled = await result;
      return settled.ok ? "ok" : settled.failure.code;
    };

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
        expect([other, await failure(forge.exportTree(id, other as CommitId, folder))]).toEqual([other, "not_found"]);
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

    test("exports the tree of a commit", async () => {
      const many = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`many/${n % 7}/${n}.txt`, `file ${n}`]));
      const { id, commit } = await repository({ "a.txt": "x", "empty.txt": "", ".gitattributes": "a.txt export-ignore\n*.txt text eol=crlf\n", ...many });
      const into = path.join(folder, "export");
      await mkdir(into);
      value(await forge.exportTree(id, commit, into));
      expect((await readdir(into)).sort()).toEqual([".gitattributes", "a.txt", "empty.txt", "many"]);
      expect(await readFile(path.join(into, "many/5/299.txt"), "utf8")).toBe("file 299");
      expect(await readlink(path.join(into, "a.txt")).catch(() => "a file")).toBe("a file");
    });

    test("forgets a deleted repository", async () => {
      const { id, commit } = await repository({ "a.txt": "x" });
      value(await forge.deleteRepository(id));
      expect(await failure(forge.resolve(id, "main"))).toBe("not_found");
      expect(await failure(forge.readFile(id, commit, "a.txt", 10))).toBe("not_found");
      expect(await failure(forge.deleteRepository(id))).toBe("not_found");
    });
  });
}
