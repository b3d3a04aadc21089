import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId } from "#server/ids.ts";
import type { RunPlace, Storage } from "#server/ports/storage.ts";

const notebook = new TextEncoder().encode('{"cells":[]}');
const queuedAt = new Date("2026-11-23T09:05:03.123Z");
const unclaimed = (): RunPlace => ({ username: null, worksheetSlug: "growth", runId: newId("run"), queuedAt });

/** What every storage owes, wherever the files lie. */
export function storageContract(name: string, make: (folder: string) => Promise<Storage>): void {
  describe(`${name} as a storage`, () => {
    let folder: string;
    let storage: Storage;
    const work = async (files: Record<string, string>): Promise<string> => {
      const at = await mkdtemp(path.join(folder, "work-"));
      for (const [file, text] of Object.entries(files)) {
        await mkdir(path.dirname(path.join(at, file)), { recursive: true });
        await writeFile(path.join(at, file), text);
      }
      return at;
    };
    const read = async (place: RunPlace, file: string): Promise<string> => {
      const opened = await storage.openRunFile(place, file);
      return opened.ok ? new Response(opened.value.stream).text() : opened.failure.code;
    };

    beforeAll(async () => {
      folder = await mkdtemp(path.join(os.tmpdir(), "storage-"));
      storage = await make(path.join(folder, "data"));
    });
    afterAll(() => rm(folder, { recursive: true }));

    test("keeps the notebook and the files that are new or changed", async () => {
      const place = unclaimed();
      const given = await work({ "data.csv": "1,2", "old.txt": "old" });
      const done = await work({ "data.csv": "1,2", "old.txt": "new", "out/result.csv": "3", ".hidden": "x", "__pycache__/a.pyc": "x", "empty.txt": "" });
      const kept = await storage.keepRun(place, done, notebook, 1000, [given]);
      expect(kept).toEqual([
        { path: "notebook.ipynb", bytes: 12 },
        { path: "files/empty.txt", bytes: 0 },
        { path: "files/old.txt", bytes: 3 },
        { path: "files/out/result.csv", bytes: 1 },
      ]);
      expect(await storage.listRunFiles(place)).toEqual(kept);
      expect(await read(place, "files/out/result.csv")).toBe("3");
      expect(await read(place, "files/empty.txt")).toBe("");
      expect(await read(place, "notebook.ipynb")).toBe('{"cells":[]}');
    });

    test("leaves out what does not fit, whole", async () => {
      const kept = await storage.keepRun(unclaimed(), await work({ "a.txt": "12345", "b.txt": "1".repeat(100), "c.txt": "12345" }), notebook, 30);
      expect(kept.map((file) => file.path)).toEqual(["notebook.ipynb", "files/a.txt", "files/c.txt"]);
    });

    test("takes no link, pipe or device from a run's folder", async () => {
      const done = await work({ "a.txt": "x" });
      await symlink("/etc", path.join(done, "etc"));
      await symlink("/etc/hostname", path.join(done, "hostname"));
      execFileSync("mkfifo", [path.join(done, "pipe")]);
      const kept = await storage.keepRun(unclaimed(), done, notebook, 1_000_000);
      expect(kept.map((file) => file.path)).toEqual(["notebook.ipynb", "files/a.txt"]);
    });

    test("opens nothing outside the run and nothing hidden", async () => {
      const place = unclaimed();
      await storage.keepRun(place, await work({ "a.txt": "x" }), notebook, 1000);
      for (const file of [
        "../notebook.ipynb",
        "/etc/passwd",
        "",
        ".",
        "files",
        "files/",
        "files//a.txt",
        "files/../notebook.ipynb",
        ".ssh/id",
        "a\u0000b",
        "files/%2e%2e/x",
        "nothing.txt",
      ]) {
        expect([file, await read(place, file)]).toEqual([file, "not_found"]);
      }
    });

    test("keeping twice leaves the later one", async () => {
      const place = unclaimed();
      await storage.keepRun(place, await work({ "a.txt": "x", "b.txt": "x" }), notebook, 1000);
      await storage.keepRun(place, await work({ "a.txt": "later" }), notebook, 1000);
      expect((await storage.listRunFiles(place)).map((file) => file.path)).toEqual(["notebook.ipynb", "files/a.txt"]);
      expect(await read(place, "files/a.txt")).toBe("later");
    });

    test("a claimed run moves home, once, however often it is claimed", async () => {
      const place = unclaimed();
      const home: RunPlace = { ...place, username: "ada" };
      await storage.keepRun(place, await work({ "a.txt": "x" }), notebook, 1000);
      await storage.claimRun(place, home);
      await storage.claimRun(place, home);
      expect(await read(home, "files/a.txt")).toBe("x");
      expect(await storage.listRunFiles(place)).toEqual([]);
      expect((await storage.homeUsage("ada")).usedBytes).toBeGreaterThanOrEqual(13);
    });

    test("claiming a run that kept nothing is harmless", async () => {
      const place = unclaimed();
      await storage.claimRun(place, { ...place, username: "ada" });
      expect(await storage.listRunFiles({ ...place, username: "ada" })).toEqual([]);
    });

    test("files that two runs share outlive the run they came from", async () => {
      const [place, other] = [unclaimed(), { ...unclaimed(), username: "ada" }];
      await storage.keepRun(place, await work({ "out/a.txt": "x" }), notebook, 1000);
      await storage.shareFiles(place, other);
      await storage.shareFiles(place, other);
      await storage.shareFiles(unclaimed(), other);
      await storage.removeRun(place);
      expect(await storage.listRunFiles(other)).toEqual([
        { path: "notebook.ipynb", bytes: 12 },
        { path: "files/out/a.txt", bytes: 1 },
      ]);
      expect(await read(other, "files/out/a.txt")).toBe("x");
      await storage.shareFiles(unclaimed(), place);
      expect(await storage.listRunFiles(place)).toEqual([]);
    });

    test("a removed run is gone, twice too", async () => {
      const place = unclaimed();
      await storage.keepRun(place, null, notebook, 1000);
      await storage.removeRun(place);
      await storage.removeRun(place);
      expect(await read(place, "notebook.ipynb")).toBe("not_found");
    });

    test("refuses names that would leave the folder", async () => {
      for (const bad of [{ username: "../x" }, { username: "" }, { username: "a/b" }, { runId: "../../x" }, { username: "ada", worksheetSlug: "../.." }]) {
        await expect(storage.keepRun({ ...unclaimed(), ...bad }, null, notebook, 10)).rejects.toThrow();
      }
      expect(await readdir(folder)).not.toContain("x");
    });
  });
}
