import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CommitId, RepositoryId } from "#lib/domain/ids.ts";
import type { Forge } from "#server/ports/forge.ts";
import { forgeContract } from "../contract.ts";
import { value } from "../contract-values.ts";
import { createEmbeddedForge } from "./forge.ts";

forgeContract("embedded", async (folder) => createEmbeddedForge({ folder }));

describe("trees that no honest client writes", () => {
  let folder: string;
  let forge: Forge;
  let id: RepositoryId;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "forge-hostile-"));
    forge = createEmbeddedForge({ folder });
    id = value(await forge.createRepository("hostile"));
  });
  afterAll(async () => {
    await forge.close();
    await rm(folder, { recursive: true });
  });

  const commitOf = (tree: readonly { mode: string; name: string; content: string }[]): CommitId => {
    const git = (args: string[], input = ""): string =>
      execFileSync("git", [`--git-dir=${path.join(folder, id.slice(0, 2), `${id}.git`)}`, "-c", "user.name=x", "-c", "user.email=x@x", ...args], { input })
        .toString()
        .trim();
    const lines = tree.map(
      ({ mode, name, content }) =>
        `${mode} ${mode === "040000" ? "tree" : "blob"} ${mode === "040000" ? content : git(["hash-object", "-w", "--stdin"], content)}\t${name}\n`,
    );
    return git(["commit-tree", git(["mktree"], lines.join("")), "-m", "x"]) as CommitId;
  };
  const exported = async (commit: CommitId): Promise<{ outcome: string; into: string }> => {
    const into = await mkdtemp(path.join(folder, "export-"));
    const result = await forge.exportTree(id, commit, into, 1e6);
    return { outcome: result.ok ? "ok" : result.failure.message, into };
  };

  test("keeps a link inside the tree and drops one that leads nowhere", async () => {
    const { outcome, into } = await exported(
      commitOf([
        { mode: "100644", name: "a.txt", content: "x" },
        { mode: "120000", name: "b.txt", content: "a.txt" },
        { mode: "120000", name: "nowhere", content: "missing.txt" },
      ]),
    );
    expect(outcome).toBe("ok");
    expect((await readdir(into)).sort()).toEqual(["a.txt", "b.txt"]);
    expect(await readFile(path.join(into, "b.txt"), "utf8")).toBe("x");
  });

  test("refuses links that leave the tree, plainly or through another link", async () => {
    for (const target of ["/etc/passwd", "../x", "a/../../x", ".."]) {
      expect((await exported(commitOf([{ mode: "120000", name: "out", content: target }]))).outcome).toBe("The link out leads out of the repository.");
    }
    const deep = `${await repositoryTree([{ mode: "120000", name: "up", content: ".." }])}`;
    const { outcome } = await exported(
      commitOf([
        { mode: "040000", name: "d", content: deep },
        { mode: "120000", name: "out", content: "d/up/.." },
      ]),
    );
    expect(outcome).toBe("The link out leads out of the repository.");
  });

  const repositoryTree = async (tree: Parameters<typeof commitOf>[0]): Promise<string> => {
    const commit = commitOf(tree);
    return execFileSync("git", [`--git-dir=${path.join(folder, id.slice(0, 2), `${id}.git`)}`, "rev-parse", `${commit}^{tree}`])
      .toString()
      .trim();
  };

  test("never writes through a link that shares its name with a folder", async () => {
    const outside = path.join(folder, "outside");
    await mkdir(outside);
    const inner = await repositoryTree([{ mode: "100644", name: "pwned", content: "x" }]);
    const commit = commitOf([{ mode: "040000", name: "a", content: inner }]);
    // mktree refuses duplicates, so the double entry is written as a raw object.
    const git = (args: string[], input: Buffer): string =>
      execFileSync("git", [`--git-dir=${path.join(folder, id.slice(0, 2), `${id}.git`)}`, ...args], { input })
        .toString()
        .trim();
    const link = git(["hash-object", "-w", "--stdin"], Buffer.from(outside));
    const raw = Buffer.concat([Buffer.from("120000 a\0"), Buffer.from(link, "hex"), Buffer.from("40000 a\0"), Buffer.from(inner, "hex")]);
    const tree = git(["hash-object", "-w", "-t", "tree", "--literally", "--stdin"], raw);
    const hostile = git(["-c", "user.name=x", "-c", "user.email=x@x", "commit-tree", tree, "-p", commit, "-m", "x"], Buffer.alloc(0)) as CommitId;
    await exported(hostile).catch(() => null);
    expect(await readdir(outside)).toEqual([]);
  });
});

test("a file that is opened and left, before or after its first byte, leaves no process", async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), "forge-left-"));
  const forge = createEmbeddedForge({ folder });
  const id = value(await forge.createRepository("left"));
  const changes = new Map([["large.bin", randomBytes(5_000_000)]]);
  const author = { name: "Ada", email: "ada@example.org", at: new Date() };
  const commit = value(await forge.commit(id, { ref: "main", parent: null, message: "Save", author, changes }));
  const opened = value(await forge.openFile(id, commit, "large.bin"));
  const running = (): boolean => execFileSync("ps", ["-eo", "args"]).toString().includes(`cat-file blob ${opened.blob}`);
  expect(running()).toBe(true);
  await opened.stream.cancel();
  const reader = value(await forge.openFile(id, commit, "large.bin")).stream.getReader();
  await reader.read();
  await reader.cancel();
  await expect.poll(running, { timeout: 20_000 }).toBe(false);
  await forge.close();
  await rm(folder, { recursive: true });
});
