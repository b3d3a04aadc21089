import { expect, test } from "vitest";
import { explainProblem, isAway } from "./engine.ts";

const address = "unix:///var/run/docker.sock";
const coded = (code: string) => Object.assign(new Error(code), { code });
const answered = (statusCode: number, message: string) => Object.assign(new Error(message), { statusCode, json: { message } });

test.each([
  [coded("ENOENT"), /No container engine answers.*systemctl start docker/],
  [coded("ECONNREFUSED"), /No container engine answers/],
  [coded("EACCES"), /may not speak.*usermod -aG docker/],
  [answered(500, "write /var/lib/docker/x: no space left on device"), /no disk space left.*docker image prune/],
  [answered(400, "Unknown runtime specified runsc"), /SHEAF_DOCKER_RUNTIME/],
  [answered(500, "something else"), /refused: something else/],
])("says what %s means and what to type", (problem, words) => {
  expect(explainProblem(problem, address)).toMatch(words);
});

test("knows an engine that is away from one that refuses", () => {
  expect(isAway(coded("ECONNREFUSED"))).toBe(true);
  expect(isAway(answered(409, "is not running"))).toBe(false);
});
