import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, describe, expect, test } from "vitest";
import { makeFolder } from "#server/cli/init.ts";

/** Builds the application's image (minutes, and a gigabyte of memory) and starts the whole set: only where it is asked for. */
const isAsked = process.env.SHEAF_TEST_COMPOSE === "1" && spawnSync("docker", ["compose", "version"]).status === 0;

describe.skipIf(!isAsked)("the production set (SHEAF_TEST_COMPOSE=1, docker compose)", () => {
  const place = mkdtempSync(path.join(tmpdir(), "sheaf-compose-"));
  const folder = path.join(place, "house");
  const compose = (...words: string[]) => execFileSync("docker", ["compose", "--project-name", "sheaf-test", ...words], { cwd: folder, encoding: "utf8" });

  afterAll(() => {
    compose("--profile", "*", "down", "--volumes", "--timeout", "20");
    rmSync(place, { recursive: true, force: true });
  });

  test("comes up well, serves through nginx alone, and is backed up while it runs", { timeout: 1_800_000 }, async () => {
    await makeFolder(folder, new URL("http://sheaf.localhost"));
    const file = path.join(folder, ".env");
    writeFileSync(file, `${readFileSync(file, "utf8")}SHEAF_HTTP_PORT=18080\nSHEAF_HTTPS_PORT=18443\n`);
    compose("build");
    compose("up", "--detach", "--wait", "--wait-timeout", "600", "--scale", "web=2");
    for (let tries = 0; tries < 60; tries++) {
      const answer = await fetch("http://127.0.0.1:18080/api/v1/worksheets", { headers: { host: "sheaf.localhost" } }).catch(() => null);
      if (answer?.status === 200) break;
      await pause(1000);
    }
    expect(compose("logs", "prepare")).toContain("There is no administrator yet");
    expect(compose("ps", "--format", "{{.Service}} {{.Publishers}}")).not.toMatch(/^(?:gateway|web|engine|postgres) .*0\.0\.0\.0/m);
    expect(compose("run", "--rm", "backup")).toContain("is whole");
  });
});
