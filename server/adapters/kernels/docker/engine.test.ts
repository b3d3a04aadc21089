import { execFile } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { explainProblem, isAway, openEngine } from "./engine.ts";

const address = "unix:///var/run/docker.sock";
const folder = mkdtempSync(path.join(tmpdir(), "sheaf-socket-"));
const nobody = 65_534;
const answered = (statusCode: number, message: string) => Object.assign(new Error(message), { statusCode, json: { message } });

test.each([
  [answered(500, "write /var/lib/docker/x: no space left on device"), /no disk space left.*docker image prune/],
  [answered(400, "Unknown runtime specified runsc"), /SHEAF_DOCKER_RUNTIME/],
  [answered(500, "something else"), /refused: something else/],
])("says what %s means and what to type", (problem, words) => {
  expect(explainProblem(problem, address)).toMatch(words);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("says where there is no engine, and where one was killed, what to type", async () => {
  const left = path.join(folder, "left.sock");
  await script(`(await import("node:net")).createServer().listen("${left}", () => process.kill(process.pid, "SIGKILL"))`).catch(() => undefined);
  for (const socket of [path.join(folder, "nobody.sock"), left]) {
    const problem = await openEngine(`unix://${socket}`)
      .ping()
      .catch((error: unknown) => error);
    expect(problem).toMatchObject({ code: socket === left ? "ECONNREFUSED" : "ENOENT" });
    expect(isAway(problem)).toBe(true);
    expect(explainProblem(problem, `unix://${socket}`)).toMatch(/No container engine answers at unix:.*systemctl start docker/);
  }
  expect(isAway(answered(409, "is not running"))).toBe(false);
});

test.skipIf(process.getuid?.() !== 0)("says to an account that may not open the socket which group it lacks (root only)", async () => {
  const socket = path.join(folder, "closed.sock");
  const server = net.createServer((one) => one.destroy());
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  chmodSync(folder, 0o755);
  chmodSync(socket, 0o660);
  const said = await script(`
    const { explainProblem, openEngine } = await import("./server/adapters/kernels/docker/engine.ts");
    process.setgroups([]);
    process.setegid(${nobody});
    process.seteuid(${nobody});
    await openEngine("unix://${socket}").ping().catch((error) => console.log(explainProblem(error, "${address}")));
  `);
  server.close();
  expect(said).toMatch(/may not speak to the container engine at unix:.*usermod -aG docker/);
});

async function script(text: string): Promise<string> {
  return (await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", text])).stdout;
}
