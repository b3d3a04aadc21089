import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { makeFolder } from "#server/cli/init.ts";
import { untilTrue } from "./lab-visit.ts";

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
    await untilTrue(async () => (await statusOf("/api/v1/worksheets")) === 200, 60_000);
    expect(compose("logs", "prepare")).toContain("There is no administrator yet");
    expect(compose("ps", "--format", "{{.Service}} {{.Publishers}}")).not.toMatch(/^(?:gateway|web|engine|postgres) .*0\.0\.0\.0/m);
    expect(compose("run", "--rm", "backup")).toContain("is whole");
  });
});

function statusOf(target: string): Promise<number> {
  return new Promise((resolve) => {
    const asked = http.get({ host: "127.0.0.1", port: 18080, path: target, headers: { host: "sheaf.localhost" } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    asked.on("error", () => resolve(0));
  });
}
