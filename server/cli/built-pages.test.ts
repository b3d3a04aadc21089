import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findBuild, keepBuild } from "./built-pages.ts";

let place = "";
beforeEach(async () => {
  place = await mkdtemp(path.join(os.tmpdir(), "sheaf-builds-"));
});
afterEach(() => rm(place, { recursive: true, force: true }));

describe("built pages", () => {
  test("a build that was interrupted is never taken for whole, and goes with the next", async () => {
    await fill(".new-a");
    expect(await findBuild(place, "a")).toBeNull();
    await keep("b");
    expect(await readdir(place)).toEqual(["b"]);
  });

  test("keep the three that were used last", async () => {
    for (const [name, age] of [
      ["a", 40],
      ["b", 30],
      ["c", 20],
    ] as const) {
      await keep(name);
      await makeOld(name, age);
    }
    expect(await findBuild(place, "a")).toBe(path.join(place, "a"));
    await keep("d");
    expect((await readdir(place)).sort()).toEqual(["a", "c", "d"]);
  });

  test("stay under a server that works in them", async () => {
    await keep("a");
    const server = spawn("sleep", ["60"], { cwd: path.join(place, "a") });
    try {
      await new Promise((resolve) => server.once("spawn", resolve));
      await makeOld("a", 50);
      for (const [name, age] of [
        ["b", 30],
        ["c", 20],
        ["d", 10],
        ["e", 5],
      ] as const) {
        await keep(name);
        await makeOld(name, age);
      }
      expect((await readdir(place)).sort()).toEqual(["a", "c", "d", "e"]);
    } finally {
      server.kill("SIGKILL");
    }
  });

  test("two builders of the same source leave one build", async () => {
    await keep("a");
    await keep("a");
    expect(await readdir(place)).toEqual(["a"]);
  });
});

async function fill(name: string): Promise<string> {
  const folder = path.join(place, name);
  await mkdir(folder);
  await writeFile(path.join(folder, "server.js"), "");
  return folder;
}

async function keep(name: string): Promise<void> {
  await keepBuild(place, name, await fill(`.new-${name}`));
}

async function makeOld(name: string, minutes: number): Promise<void> {
  const then = new Date(Date.now() - minutes * 60_000);
  await utimes(path.join(place, name), then, then);
}
